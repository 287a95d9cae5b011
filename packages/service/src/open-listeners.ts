import { clientAuthOf } from './fleet/clusters/client-listeners.ts'
import type { ClusterSpec } from './fleet/clusters/cluster-spec.ts'
import type { Fleet } from './fleet/fleet.ts'
import { isOpenToOthers, type Reach } from './fleet/reach.ts'

/**
 * What other machines reach without a login, as one sentence, or none. The AWS endpoint is not among it: whoever cannot sign
 * hears there whether the service is ready, and no more.
 */
export function openSentences({ reach, fleet }: { reach: Reach; fleet: Pick<Fleet, 'clusters'> }): string[] {
  if (!isOpenToOthers(reach)) return []
  const open = fleet.clusters.list().flatMap((record) => {
    const names = openListeners(record.spec, new Set(record.ports.map(({ listener }) => listener)))
    return names.length === 0 ? [] : [`${record.name} by ${names.join(', ')}`]
  })
  if (open.length === 0) return []
  return [
    `Open to other machines without a login, on ${reach.host}: ${open.join('; ')}. Whoever reaches them may do what no ACL forbids.`,
  ]
}

function openListeners(spec: ClusterSpec, ported: ReadonlySet<string>): string[] {
  const isTlsOpen = clientAuthOf(spec) !== 'required'
  return ['CLIENT', ...(isTlsOpen ? ['CLIENT_SECURE'] : []), 'JMX_EXPORTER', 'NODE_EXPORTER'].filter((name) =>
    ported.has(name),
  )
}
