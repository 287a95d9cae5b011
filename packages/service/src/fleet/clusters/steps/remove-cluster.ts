import type { Step } from './step.ts'

/** Data first, the record last; after that nobody knows the cluster. */
export const removeCluster: Step = (uuid, { store }) => {
  if (store.get(uuid)) store.remove(uuid)
}
