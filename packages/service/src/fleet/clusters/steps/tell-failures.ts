import { nodeName } from '../../engines/engine.ts'
import { needCluster, type Step } from './step.ts'

/** A node stopped by itself: the cluster says so until it is back. */
export const tellFailures: Step = (uuid, context) => {
  const { store, runtime, effects } = context
  const record = store.get(uuid)
  if (!record) return
  for (const node of needCluster(context).nodes()) {
    const name = nodeName(node)
    if (node.state !== 'failed' || runtime.toldFailures.has(name)) continue
    runtime.toldFailures.add(name)
    effects.logger.error('a node failed', { cluster: record.name, node: name, reason: node.failure })
    store.note(uuid, {
      state: record.state === 'ACTIVE' ? 'HEALING' : record.state,
      stateInfo: { code: `${node.role.toUpperCase()}_FAILED`, message: node.failure ?? `${name} failed.` },
    })
  }
}
