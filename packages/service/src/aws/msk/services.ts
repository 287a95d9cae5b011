import type { Channels } from '../../fleet/channels/channels.ts'
import type { Clusters } from '../../fleet/clusters/clusters.ts'
import type { Configurations } from '../../fleet/configurations/configurations.ts'
import type { LogGroups } from '../../fleet/logs/log-groups.ts'
import type { Replicators } from '../../fleet/replicators/replicators.ts'
import type { Secrets } from '../../fleet/secrets/secrets.ts'
import type { VpcConnections } from '../../fleet/vpc-connections/vpc-connections.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  channels: Channels
  clusters: Clusters
  configurations: Configurations
  logGroups: Pick<LogGroups, 'find'>
  replicators: Replicators
  secrets: Secrets
  vpcConnections: VpcConnections
}
