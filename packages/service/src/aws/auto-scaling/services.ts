import type { Clusters } from '../../fleet/clusters/clusters.ts'
import type { StorageScaling } from '../../fleet/storage-scaling/storage-scaling.ts'

/** What operations may touch; each takes the part that it needs. */
export interface Services {
  clusters: Clusters
  storageScaling: StorageScaling
}
