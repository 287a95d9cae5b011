import {
  AddRaftVoter,
  AllocateProducerIds,
  AlterClientQuotas,
  AlterConfigs,
  AlterPartitionReassignments,
  AlterUserScramCredentials,
  type Api,
  CreateAcls,
  CreateDelegationToken,
  CreatePartitions,
  CreateTopics,
  DeleteAcls,
  DeleteTopics,
  DescribeQuorum,
  ElectLeaders,
  ExpireDelegationToken,
  IncrementalAlterConfigs,
  ListPartitionReassignments,
  RemoveRaftVoter,
  RenewDelegationToken,
  UnregisterBroker,
  UnregisterController,
  UpdateFeatures,
} from '@sluice/wire'
import { type AccessRule, each, whole } from '../authorizer/access.ts'
import type { AskingContext, Screen } from './authorization.ts'
import { createDelegationTokenScreen } from './screens/create-delegation-token.ts'
import { createTopicsScreen } from './screens/create-topics.ts'
import { deleteTopicsScreen } from './screens/delete-topics.ts'

interface ClientDecision<A extends Api = Api> {
  readonly access: readonly AccessRule[]
  readonly screen?: Screen<A, AskingContext>
}

/**
 * What the controller decides for clients, and what they must be allowed. The broker that they come to asks it; the
 * controller does where that broker is none of ours, for those of Apache Kafka leave it to their controller.
 */
const decisions = new Map<number, ClientDecision>()

export function clientDecision<A extends Api>(api: A): ClientDecision<A> {
  const decision = decisions.get(api.apiKey)
  if (!decision) throw new Error(`what ${api.name} must be allowed is not said`)
  return decision as ClientDecision<A>
}

export function isClientDecision(api: Api): boolean {
  return decisions.has(api.apiKey)
}

function decision<A extends Api>(
  api: A,
  access: readonly AccessRule[],
  screen?: ClientDecision<A>['screen'],
): void {
  decisions.set(api.apiKey, { access, ...(screen && { screen }) } as ClientDecision)
}

const configs = [
  each('alterConfigs', 'topic'),
  each('alterConfigs', 'group'),
  each('alterConfigs', 'cluster'),
]
const ofCluster = (operation: 'create' | 'delete') =>
  ({ unless: { operation, resource: 'cluster' } }) as const

decision(
  CreateTopics,
  [each('create', 'topic', ofCluster('create')), each('describeConfigs', 'topic')],
  createTopicsScreen,
)
decision(
  DeleteTopics,
  [each('describe', 'topic', ofCluster('delete')), each('delete', 'topic', ofCluster('delete'))],
  deleteTopicsScreen,
)
decision(CreatePartitions, [each('alter', 'topic')])
decision(AlterConfigs, configs)
decision(IncrementalAlterConfigs, configs)
decision(ElectLeaders, [whole('alter', 'cluster')])
decision(AlterPartitionReassignments, [whole('alter', 'cluster')])
decision(ListPartitionReassignments, [whole('describe', 'cluster')])
decision(CreateAcls, [whole('alter', 'cluster')])
decision(DeleteAcls, [whole('alter', 'cluster')])
decision(AlterClientQuotas, [whole('alterConfigs', 'cluster')])
decision(AlterUserScramCredentials, [whole('alter', 'cluster')])
decision(DescribeQuorum, [whole('describe', 'cluster')])
decision(AddRaftVoter, [whole('alter', 'cluster')])
decision(RemoveRaftVoter, [whole('alter', 'cluster')])
decision(UpdateFeatures, [whole('alter', 'cluster')])
decision(UnregisterBroker, [whole('alter', 'cluster')])
decision(UnregisterController, [whole('alter', 'cluster')])
// Who may renew and end a token is a matter of the token itself.
decision(RenewDelegationToken, [])
decision(ExpireDelegationToken, [])
decision(CreateDelegationToken, [], createDelegationTokenScreen)
decision(AllocateProducerIds, [whole('clusterAction', 'cluster')])
