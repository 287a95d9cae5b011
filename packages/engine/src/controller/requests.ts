import { type AclsManager, aclRequests } from './acls.ts'
import { type BrokersManager, brokerRequests } from './brokers.ts'
import { type ClientQuotasManager, clientQuotaRequests } from './client-quotas.ts'
import { type ConfigsManager, configRequests } from './configs.ts'
import type { ControllerRequest } from './controller-request.ts'
import { type DelegationTokensManager, delegationTokenRequests } from './delegation-tokens.ts'
import { type ElectionsManager, electionRequests } from './elections.ts'
import { type FeaturesManager, featureRequests } from './features.ts'
import { type PartitionsManager, partitionRequests } from './partitions.ts'
import { type ProducerIdsManager, producerIdRequests } from './producer-ids.ts'
import { type QuorumManager, quorumRequests } from './quorum.ts'
import { type RaftVotersManager, raftVoterRequests } from './raft-voters.ts'
import { type ReassignmentsManager, reassignmentRequests } from './reassignments.ts'
import { type ScramCredentialsManager, scramCredentialRequests } from './scram-credentials.ts'
import { type TopicsManager, topicRequests } from './topics.ts'

/** One manager a noun. */
export interface Managers {
  readonly brokers: BrokersManager
  readonly topics: TopicsManager
  readonly partitions: PartitionsManager
  readonly elections: ElectionsManager
  readonly reassignments: ReassignmentsManager
  readonly configs: ConfigsManager
  readonly producerIds: ProducerIdsManager
  readonly features: FeaturesManager
  readonly quorum: QuorumManager
  readonly scramCredentials: ScramCredentialsManager
  readonly delegationTokens: DelegationTokensManager
  readonly acls: AclsManager
  readonly clientQuotas: ClientQuotasManager
  readonly raftVoters: RaftVotersManager
}

const requests: readonly ControllerRequest<Managers>[] = [
  ...decidedBy('brokers', brokerRequests),
  ...decidedBy('topics', topicRequests),
  ...decidedBy('partitions', partitionRequests),
  ...decidedBy('elections', electionRequests),
  ...decidedBy('reassignments', reassignmentRequests),
  ...decidedBy('configs', configRequests),
  ...decidedBy('producerIds', producerIdRequests),
  ...decidedBy('features', featureRequests),
  ...decidedBy('quorum', quorumRequests),
  ...decidedBy('scramCredentials', scramCredentialRequests),
  ...decidedBy('delegationTokens', delegationTokenRequests),
  ...decidedBy('acls', aclRequests),
  ...decidedBy('clientQuotas', clientQuotaRequests),
  ...decidedBy('raftVoters', raftVoterRequests),
]

/** By API key. What is not in here the controller does not serve. */
export const controllerRequests: ReadonlyMap<number, ControllerRequest<Managers>> = new Map(
  requests.map((one) => [one.api.apiKey, one]),
)

function decidedBy<Name extends keyof Managers>(
  name: Name,
  definitions: readonly ControllerRequest<Managers[Name]>[],
): ControllerRequest<Managers>[] {
  return definitions.map((one) => ({
    ...one,
    decide: (managers, request, facts) => one.decide(managers[name], request, facts),
  }))
}
