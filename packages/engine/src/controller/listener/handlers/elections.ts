/*
 * Vote (52), BeginQuorumEpoch (53) and EndQuorumEpoch (54): elections of the metadata quorum (KIP-595).
 *
 * The quorum has one static voter, which is this controller, and leads. Whoever else wants a vote or says that it leads is
 * no voter, and hears so, whatever epoch they name: no word of theirs unseats it.
 */
import { BeginQuorumEpoch, EndQuorumEpoch, ErrorCode, metadataTopic, Vote } from '@sluice/wire'
import { controllerHandler, type ControllerServices } from '../services.ts'

interface Asked {
  readonly clusterId: string | null
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly { partitionIndex: number }[]
  }[]
}

export const vote = controllerHandler(Vote, (request, { node }) => {
  const epoch = request.topics[0]?.partitions[0]?.replicaEpoch ?? 0
  return judged(request, epoch, node, { voteGranted: false })
})

export const beginQuorumEpoch = controllerHandler(BeginQuorumEpoch, (request, { node }) =>
  judged(request, request.topics[0]?.partitions[0]?.leaderEpoch ?? 0, node, {}),
)

export const endQuorumEpoch = controllerHandler(EndQuorumEpoch, (request, { node }) =>
  judged(request, request.topics[0]?.partitions[0]?.leaderEpoch ?? 0, node, {}),
)

function judged<More extends object>(
  { clusterId, topics }: Asked,
  epoch: number,
  { clusterId: ours, nodeId, log, address }: ControllerServices,
  more: More,
) {
  if (clusterId !== null && clusterId !== ours) return { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID }
  const [topic, ...otherTopics] = topics
  const [partition, ...others] = topic?.partitions ?? []
  const isMetadata = topic?.topicName === metadataTopic && partition?.partitionIndex === 0
  if (!isMetadata || otherTopics.length + others.length > 0) return { errorCode: ErrorCode.INVALID_REQUEST }
  const errorCode = epoch < log.epoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.INCONSISTENT_VOTER_SET
  const leader = { leaderId: nodeId, leaderEpoch: log.epoch }
  return {
    errorCode: ErrorCode.NONE,
    topics: [
      { topicName: metadataTopic, partitions: [{ partitionIndex: 0, errorCode, ...leader, ...more }] },
    ],
    nodeEndpoints: [{ nodeId, ...address }],
  }
}
