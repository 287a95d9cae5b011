/*
 * FindCoordinator, versions 0 to 6.
 *
 * - The coordinator of a key leads the partition of its internal topic that the key hashes to: __consumer_offsets
 *   for groups, __transaction_state for transactional ids. The topic is created when it is first asked for; until it is
 *   led the answer is 15, and clients ask again.
 * - One key up to version 3, several from version 4 on (KIP-699).
 * - Not done: coordinators of share groups (2). They are refused at once with 35, for 15 would make a client ask for
 *   ever.
 */
import { ErrorCode, errorInfo, FindCoordinator, type Input, type ResponseOf } from '@sluice/wire'
import { eachInSteps, type Steps } from '../../storage/slices.ts'
import { each, whole } from '../../authorizer/access.ts'
import { type CoordinatorHome, coordinatorKeyType } from '../coordinators.ts'
import { endpointsFor } from '../endpoints.ts'
import { handler, type RequestContext } from '../handler.ts'
import { findCoordinatorScreen } from '../screens/find-coordinator.ts'

const batchedVersionMin = 4
const shareVersionMin = 6

type Coordinator = NonNullable<Input<ResponseOf<typeof FindCoordinator>>['coordinators']>[number]

export const findCoordinator = handler(
  FindCoordinator,
  [
    each('describe', 'group'),
    each('describe', 'transactionalId'),
    whole('clusterAction', 'cluster', { when: 'for a coordinator of share groups' }),
  ],
  async (request, context) => {
    const { keyType } = request
    const home = context.broker.coordinators.find((coordinator) => coordinator.keyType === keyType)
    const locate = home
      ? await locator(home, context)
      : (key: string) => refuseType(keyType, key, context.apiVersion)
    if (context.apiVersion >= batchedVersionMin) return located(request.coordinatorKeys, locate)
    // Version 3 and below have no key in the answer.
    const { key: _, ...only } = locate(request.key)
    return { ...only, errorMessage: only.errorMessage || 'NONE' }
  },
  { screen: findCoordinatorScreen },
)

type Locate = (key: string) => Coordinator

function* located(keys: readonly string[], locate: Locate): Steps<{ coordinators: Coordinator[] }> {
  return { coordinators: yield* eachInSteps(keys, locate) }
}

async function locator(home: CoordinatorHome, { broker, session }: RequestContext): Promise<Locate> {
  const error = await broker.topicCreation.ensure(home.topic)
  const endpoints = new Map(endpointsFor(session, broker.metadata).map((one) => [one.nodeId, one]))
  return (key) => {
    const partition = broker.metadata.topic(home.topic)?.partitions[home.partitionFor(key)]
    const leader = partition && endpoints.get(partition.leader)
    if (error !== ErrorCode.NONE || !leader) return refused(key, ErrorCode.COORDINATOR_NOT_AVAILABLE)
    return { key, nodeId: leader.nodeId, host: leader.host, port: leader.port, errorMessage: '' }
  }
}

function refuseType(keyType: number, key: string, apiVersion: number): Coordinator {
  switch (keyType) {
    case coordinatorKeyType.share:
      if (apiVersion < shareVersionMin)
        return refused(key, ErrorCode.INVALID_REQUEST, 'Share groups came with version 6.')
      return refused(key, ErrorCode.UNSUPPORTED_VERSION, 'Share groups are not served yet.')
    default:
      return refused(key, ErrorCode.INVALID_REQUEST, `There is no coordinator type ${keyType}.`)
  }
}

function refused(key: string, errorCode: ErrorCode, message?: string): Coordinator {
  return {
    key,
    nodeId: -1,
    host: '',
    port: -1,
    errorCode,
    errorMessage: message ?? errorInfo(errorCode).name,
  }
}
