import { AssertionFailure } from '@sluice/effects'
import {
  type Api,
  DeleteGroups,
  DeleteRecords,
  DescribeConfigs,
  DescribeGroups,
  DescribeProducers,
  DescribeTopicPartitions,
  ErrorCode,
  Fetch,
  FindCoordinator,
  type Input,
  inVersions,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  OffsetForLeaderEpoch,
  Produce,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import { encodeAnswer } from './answer.ts'
import type { RequestContext } from './handler.ts'
import type { Reply } from './reply.ts'

const errorCode = ErrorCode.UNKNOWN_SERVER_ERROR
const fetchErrorVersionMin = 7
const groupsVersionMin = 8
const coordinatorKeysVersionMin = 4

/**
 * Ends a request whose own code has thrown, before anything had changed: UNKNOWN_SERVER_ERROR, in the places that its
 * response has for errors, as on Apache Kafka. A response without such a place, or a request that wants none, has its
 * connection closed. An AssertionFailure is not the request's affair, and goes on to the node's guard.
 */
export function endRequest(
  api: Api,
  request: unknown,
  context: RequestContext,
  reply: Reply,
  error: unknown,
): void {
  if (error instanceof AssertionFailure) throw error
  const { apiVersion, connection, node } = context
  node.logger.error('a request failed', { api: api.name, version: apiVersion, error })
  const response = errorResponse(api, apiVersion, request)
  if (response === null) connection.destroy(`${api.name} failed`)
  else if (!connection.closed) reply.send(encodeAnswer(api, context, response as never))
}

/** Null where an error has no place. */
function errorResponse(api: Api, version: number, request: unknown): object | null {
  const ofItems = itemErrors.get(api.apiKey)?.(request as never, version)
  if (ofItems) return ofItems
  const place = api.response.shape.fields.find(({ name }) => name === 'errorCode')
  return place && inVersions(place.versions, version) ? { errorCode } : null
}

/** Whether an error is told by what the request names. */
export function tellsErrorsByItem(api: Api): boolean {
  return itemErrors.has(api.apiKey)
}

type ItemErrors<A extends Api> = (request: RequestOf<A>, version: number) => Input<ResponseOf<A>> | null

/** The APIs whose responses bear errors item by item; null for versions that have a place for the whole. */
const itemErrors = new Map<number, ItemErrors<Api>>([
  items(Produce, ({ acks, topicData }) =>
    // acks=0: nobody waits for a response.
    acks === 0
      ? null
      : {
          responses: topicData.map(({ name, topicId, partitionData }) => ({
            name,
            topicId,
            partitionResponses: partitionData.map(({ index }) => ({ index, errorCode, baseOffset: -1 })),
          })),
        },
  ),
  items(Fetch, ({ topics }, version) =>
    version >= fetchErrorVersionMin
      ? null
      : {
          responses: topics.map(({ topic, partitions }) => ({
            topic,
            partitions: partitions.map(({ partition }) => ({
              partitionIndex: partition,
              errorCode,
              highWatermark: -1,
            })),
          })),
        },
  ),
  items(ListOffsets, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
  items(Metadata, ({ topics }) =>
    topics ? { topics: topics.map(({ name, topicId }) => ({ name, topicId, errorCode })) } : null,
  ),
  items(OffsetCommit, ({ topics }) => ({
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
  items(OffsetFetch, ({ groups }, version) =>
    version >= groupsVersionMin ? { groups: groups.map(({ groupId }) => ({ groupId, errorCode })) } : null,
  ),
  items(FindCoordinator, ({ coordinatorKeys }, version) =>
    version >= coordinatorKeysVersionMin
      ? { coordinators: coordinatorKeys.map((key) => ({ key, errorCode, nodeId: -1, port: -1 })) }
      : null,
  ),
  items(DescribeGroups, ({ groups }) => ({ groups: groups.map((groupId) => ({ groupId, errorCode })) })),
  items(DeleteRecords, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, lowWatermark: -1 })),
    })),
  })),
  items(OffsetForLeaderEpoch, ({ topics }) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
    })),
  })),
  items(DescribeConfigs, ({ resources }) => ({
    results: resources.map(({ resourceType, resourceName }) => ({ resourceType, resourceName, errorCode })),
  })),
  items(DeleteGroups, ({ groupsNames }) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode })),
  })),
  items(DescribeProducers, ({ topics }) => ({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
    })),
  })),
  items(DescribeTopicPartitions, ({ topics }) =>
    topics.length > 0 ? { topics: topics.map(({ name }) => ({ name, errorCode })) } : null,
  ),
])

function items<A extends Api>(api: A, errors: ItemErrors<A>): [number, ItemErrors<Api>] {
  return [api.apiKey, errors as ItemErrors<Api>]
}
