import { nodeName } from '../../engines/engine.ts'
import type { Step } from './pass.ts'

/** A node stopped by itself: the cluster says so until it is back. */
export const tellFailures: Step = (pass) => {
  const { record, runtime, effects, cluster } = pass
  for (const node of cluster.nodes()) {
    const name = nodeName(node)
    if (node.state !== 'failed' || runtime.toldFailures.has(name)) continue
    runtime.toldFailures.add(name)
    effects.logger.error('a node failed', { cluster: record.name, node: name, reason: node.failure })
    pass.note({
      state: record.state === 'ACTIVE' ? 'HEALING' : record.state,
      stateInfo: { code: `${node.role.toUpperCase()}_FAILED`, message: node.failure ?? `${name} failed.` },
    })
  }
  return 'changed'
}
