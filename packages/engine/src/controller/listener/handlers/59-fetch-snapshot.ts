/*
 * FetchSnapshot, versions 0 and 1: a part of a snapshot of the metadata log (KIP-630), from a position on.
 *
 * The snapshot that formatting has left is not replicated: the log says what it says. At most 1 MB an answer.
 */
import { ErrorCode, FetchSnapshot, type Input, metadataTopic, type ResponseOf } from '@sluice/wire'
import { epochError } from '../leadership.ts'
import { controllerHandler, type ControllerServices } from '../services.ts'

type Response = Input<ResponseOf<typeof FetchSnapshot>>
type Partition = Input<NonNullable<ResponseOf<typeof FetchSnapshot>['topics'][number]['partitions'][number]>>

export const fetchSnapshot = controllerHandler(FetchSnapshot, (request, { node }) => {
  if (request.clusterId !== null && request.clusterId !== node.clusterId)
    return { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID }
  const [topic, ...otherTopics] = request.topics
  const [asked, ...others] = topic?.partitions ?? []
  if (!topic || !asked || otherTopics.length + others.length > 0)
    return { errorCode: ErrorCode.INVALID_REQUEST }
  if (topic.name !== metadataTopic || asked.partition !== 0)
    return answer(
      topic.name,
      { index: asked.partition, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
      node,
    )
  const refused = (errorCode: ErrorCode) => answer(metadataTopic, { errorCode }, node)
  const wrongEpoch = epochError(asked.currentLeaderEpoch, node.log)
  if (wrongEpoch !== ErrorCode.NONE) return refused(wrongEpoch)
  const id = { endOffset: Number(asked.snapshotId.endOffset), epoch: asked.snapshotId.epoch }
  const position = Number(asked.position)
  const part = node.log.readSnapshotPart(id, Math.max(0, position), request.maxBytes)
  if (!part) return refused(ErrorCode.SNAPSHOT_NOT_FOUND)
  const { sizeInBytes: size, bytes: unalignedRecords } = part
  if (position < 0 || position >= size) return refused(ErrorCode.POSITION_OUT_OF_RANGE)
  return answer(metadataTopic, { snapshotId: id, size, position, unalignedRecords }, node)
})

function answer(
  name: string,
  partition: Partial<Partition>,
  { nodeId, log, address }: ControllerServices,
): Response {
  const none = { errorCode: ErrorCode.NONE, snapshotId: { endOffset: -1, epoch: -1 }, size: 0, position: 0 }
  const currentLeader = { leaderId: nodeId, leaderEpoch: log.epoch }
  return {
    errorCode: ErrorCode.NONE,
    topics: [
      {
        name,
        partitions: [{ index: 0, ...none, unalignedRecords: Buffer.alloc(0), ...partition, currentLeader }],
      },
    ],
    nodeEndpoints: [{ nodeId, ...address }],
  }
}
