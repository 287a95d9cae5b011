import type { Clusters } from '../../fleet/clusters/clusters.ts'
import type { Configurations } from '../../fleet/configurations/configurations.ts'
import type { Secrets } from '../../fleet/secrets/secrets.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  clusters: Clusters
  configurations: Configurations
  secrets: Secrets
}
