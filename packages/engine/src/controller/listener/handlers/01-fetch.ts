/*
 * Fetch, versions 4 to 18, of the metadata log: what Apache Kafka's observers replicate it with (KIP-595).
 *
 * - Only partition 0 of `__cluster_metadata` is here; anything else is a wrong request as a whole.
 * - A reader names the epoch that it knows: an older or unknown one is refused, with who leads.
 * - One that has nothing yet begins with the newest snapshot (KIP-630), as does one that stands before the log's start;
 *   one whose log has gone another way hears where.
 * - Long poll: waits for the next commit, at most `maxWaitMs`. What is not committed is not shown.
 * - There are no sessions. An answer has at most `maxBytes`, and 1 MB, of whole batches, but always one.
 */
import { ErrorCode, Fetch, type Input, metadataTopic, type RequestOf, type ResponseOf } from '@sluice/wire'
import { metadataTopicId } from '../../metadata-log.ts'
import { epochError } from '../leadership.ts'
import { type ControllerContext, controllerHandler, type ControllerServices } from '../services.ts'

type Request = RequestOf<typeof Fetch>
type Response = Input<ResponseOf<typeof Fetch>>
type Asked = Request['topics'][number]['partitions'][number]
type Partition = Omit<
  Input<ResponseOf<typeof Fetch>['responses'][number]['partitions'][number]>,
  'partitionIndex'
>

const topicIdVersionMin = 13
const replicaStateVersionMin = 15

export const fetch = controllerHandler(Fetch, fetchMetadata, { parks: true })

async function fetchMetadata(request: Request, context: ControllerContext): Promise<Response> {
  const { node, apiVersion, connection } = context
  if (request.clusterId !== null && request.clusterId !== node.clusterId)
    return { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID }
  const asked = metadataPartition(request, apiVersion)
  if (!asked) return { errorCode: ErrorCode.INVALID_REQUEST }
  if (!isWellAsked(request, asked)) return answer({ errorCode: ErrorCode.INVALID_REQUEST }, context)
  const replicaId = apiVersion >= replicaStateVersionMin ? request.replicaState.replicaId : request.replicaId
  const readNow = () => readLog(replicaId, asked, request.maxBytes, node)
  let read = readNow()
  if (isEmpty(read) && request.maxWaitMs > 0) {
    await node.commits.next(request.maxWaitMs, connection)
    read = readNow()
  }
  return answer(read, context)
}

/** Null: something else is asked for. */
function metadataPartition({ topics }: Request, apiVersion: number): Asked | null {
  const [topic, ...otherTopics] = topics
  const [partition, ...others] = topic?.partitions ?? []
  if (!topic || !partition || otherTopics.length + others.length > 0) return null
  const isMetadata =
    apiVersion >= topicIdVersionMin ? topic.topicId === metadataTopicId : topic.topic === metadataTopic
  return isMetadata && partition.partition === 0 ? partition : null
}

function isWellAsked({ maxWaitMs }: Request, asked: Asked): boolean {
  const { fetchOffset, lastFetchedEpoch, currentLeaderEpoch } = asked
  return (
    maxWaitMs >= 0 &&
    fetchOffset >= 0 &&
    Number.isSafeInteger(Number(fetchOffset)) &&
    lastFetchedEpoch >= 0 &&
    lastFetchedEpoch <= currentLeaderEpoch
  )
}

function readLog(
  replicaId: number,
  asked: Asked,
  bytesMax: number,
  { log, observers }: ControllerServices,
): Partition {
  const { currentLeaderEpoch, lastFetchedEpoch, replicaDirectoryId } = asked
  const errorCode = epochError(currentLeaderEpoch, log)
  if (errorCode !== ErrorCode.NONE) return { errorCode }
  const offset = Number(asked.fetchOffset)
  const highWatermark = log.committedEnd
  const { newestSnapshot } = log
  const place =
    offset === 0 && newestSnapshot
      ? ({ kind: 'snapshot', id: newestSnapshot } as const)
      : log.placeOf(offset, lastFetchedEpoch)
  if (place.kind === 'snapshot') return { highWatermark, snapshotId: place.id }
  if (place.kind === 'diverging') return { highWatermark, divergingEpoch: place.end }
  observers.fetched(replicaId, replicaDirectoryId, offset, highWatermark)
  return { highWatermark, records: log.readCommitted(offset, bytesMax) }
}

/** Nothing that the reader would not like to wait for more than. */
function isEmpty({ errorCode, records }: Partition): boolean {
  return (errorCode ?? ErrorCode.NONE) === ErrorCode.NONE && records?.length === 0
}

function answer(partition: Partition, { node }: ControllerContext): Response {
  const { log, nodeId, address } = node
  return {
    errorCode: ErrorCode.NONE,
    responses: [
      {
        topic: metadataTopic,
        topicId: metadataTopicId,
        partitions: [
          {
            highWatermark: -1,
            records: Buffer.alloc(0),
            ...partition,
            partitionIndex: 0,
            logStartOffset: log.startOffset,
            currentLeader: { leaderId: nodeId, leaderEpoch: log.epoch },
          },
        ],
      },
    ],
    nodeEndpoints: [{ nodeId, ...address, rack: null }],
  }
}
