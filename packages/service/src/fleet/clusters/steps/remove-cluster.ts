import type { Step } from './pass.ts'

/** Data first, the record last; after that nobody knows the cluster. */
export const removeCluster: Step = ({ uuid, store }) => {
  store.remove(uuid)
  return 'changed'
}
