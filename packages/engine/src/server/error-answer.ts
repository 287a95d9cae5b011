import {
  AlterClientQuotas,
  AlterPartitionReassignments,
  AlterReplicaLogDirs,
  AlterUserScramCredentials,
  type Api,
  CreateAcls,
  DeleteAcls,
  DescribeClientQuotas,
  DescribeLogDirs,
  DescribeUserScramCredentials,
  ElectLeaders,
  type Input,
  InitProducerId,
  inVersions,
  JoinGroup,
  Metadata,
  Produce,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { type Failure, namedItems, namesItems } from './named-items.ts'

const nullableProtocolNameVersionMin = 7

/**
 * What a request is answered that fails as a whole: the error in each place that its response has for it, as on Apache
 * Kafka. Null where there is no such place, and where nobody waits for an answer.
 */
export function errorAnswer(api: Api, version: number, request: unknown, failure: Failure): object | null {
  const wholly = ofWhole(api, version, failure)
  const special = answers.get(api.apiKey)
  if (special) return special(request as never, failure, version, wholly)
  return wholly ?? ofItems(api, version, request, failure)
}

/** Whether an error is told by what the request names. */
export function tellsErrorsByItem(api: Api): boolean {
  return namesItems(api) || answers.has(api.apiKey)
}

/** The error where a response has a place for the whole. */
function ofWhole(api: Api, version: number, { errorCode, errorMessage }: Failure): object | null {
  const has = (name: string) =>
    api.response.shape.fields.some((field) => field.name === name && inVersions(field.versions, version))
  if (!has('errorCode')) return null
  return has('errorMessage') ? { errorCode, errorMessage } : { errorCode }
}

function ofItems(api: Api, version: number, request: unknown, failure: Failure): object | null {
  const items = namedItems(api, version)
  const asked = items && (request as Record<string, readonly unknown[] | null>)[items.asked]
  return asked ? { [items.answered]: asked.map((item) => items.failed(item, failure)) } : null
}

type Answer<A extends Api> = (
  request: RequestOf<A>,
  failure: Failure,
  version: number,
  wholly: object | null,
) => Input<ResponseOf<A>> | null

/** Of APIs that tell an error in more places than one, or in a way of their own. */
const answers = new Map<number, Answer<Api>>([
  // acks=0: nobody waits for a response.
  answer(Produce, (request, failure, version) =>
    request.acks === 0 ? null : ofItems(Produce, version, request, failure),
  ),
  answer(
    Metadata,
    (request, failure, version, wholly) => ofItems(Metadata, version, request, failure) ?? wholly,
  ),
  answer(InitProducerId, (_, { errorCode }) => ({ errorCode, producerId: -1, producerEpoch: -1 })),
  answer(JoinGroup, (_, { errorCode }, version) => ({
    errorCode,
    protocolName: version >= nullableProtocolNameVersionMin ? null : '',
  })),
  answer(AlterReplicaLogDirs, ({ dirs }, { errorCode }) => ({
    results: dirs.flatMap(({ topics }) =>
      topics.map(({ name: topicName, partitions }) => ({
        topicName,
        partitions: partitions.map((partitionIndex) => ({ partitionIndex, errorCode })),
      })),
    ),
  })),
  // Older versions have no place for it: they are shown nothing.
  answer(DescribeLogDirs, (_, __, ___, wholly) => wholly ?? { results: [] }),
  answer(ElectLeaders, ({ topicPartitions }, failure, _, wholly) => ({
    ...wholly,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, ...failure })),
    })),
  })),
  answer(AlterPartitionReassignments, ({ topics }, failure) => ({
    ...failure,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...failure })),
    })),
  })),
  answer(CreateAcls, ({ creations }, failure) => ({ results: creations.map(() => failure) })),
  answer(DeleteAcls, ({ filters }, failure) => ({
    filterResults: filters.map(() => ({ ...failure, matchingAcls: [] })),
  })),
  answer(DescribeClientQuotas, (_, failure) => ({ ...failure, entries: null })),
  answer(AlterClientQuotas, ({ entries }, failure) => ({
    entries: entries.map(({ entity }) => ({ ...failure, entity })),
  })),
  // Of whom it does not say, nor why, as on Apache Kafka.
  answer(DescribeUserScramCredentials, ({ users }, { errorCode }) => ({
    errorCode,
    errorMessage: null,
    results: (users ?? []).map(() => ({ errorCode, errorMessage: null })),
  })),
  answer(AlterUserScramCredentials, ({ deletions, upsertions }, failure) => ({
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))]
      .sort()
      .map((user) => ({ user, ...failure })),
  })),
])

function answer<A extends Api>(api: A, of: Answer<A>): [number, Answer<Api>] {
  return [api.apiKey, of as Answer<Api>]
}
