import { nodeName, type NodePlan } from '../../engines/engine.ts'
import { hostNames } from '../../engines/listeners.ts'
import type { Done, Pass, Step } from './pass.ts'

/** Certificates that will end soon are looked for this often. */
export const certificateCheckMs = 3_600_000

/**
 * A certificate for every node that shows one, and for the service where nodes want it; one that serves stays as it is.
 * A node that runs takes up another one without a new start.
 */
export const issueCertificates: Step = async (pass): Promise<Done> => {
  const { plan, runtime, effects, record } = pass
  const wasDue = certificatesAreDue(pass)
  const wanting = plan.nodes.filter(({ identity }) => identity)
  const hosts = [...hostNames(wanting.flatMap(({ listeners }) => listeners))]
  const { nodeAuthority } = runtime
  if (wanting.length > 0) nodeAuthority.keepNodeFile(nodeAuthority.servicePath, hosts)
  for (const node of plan.nodes) {
    if (!keepFiles(pass, node)) continue
    effects.logger.info('a node has another certificate', { cluster: record.name, node: nodeName(node) })
    runtime.renewedNodes.add(nodeName(node))
  }
  await tellRunning(pass)
  runtime.certificatesCheckedAtMs = effects.clock.now()
  return wasDue ? 'changed' : 'unchanged'
}

/** Nobody has looked for a while. */
export function certificatesAreDue({ runtime, effects }: Pick<Pass, 'runtime' | 'effects'>): boolean {
  return effects.clock.now() - runtime.certificatesCheckedAtMs >= certificateCheckMs
}

/** Returns whether it has another one. */
function keepFiles(pass: Pass, { tls, identity, nodeId, listeners }: NodePlan): boolean {
  const { record, runtime, authority } = pass
  const hosts = [...hostNames(listeners)]
  const forClients =
    tls && authority.keepFile(tls.keystore, { subject: `CN=b-${nodeId}.${record.name}`, hosts })
  const forNodes = identity && runtime.nodeAuthority.keepNodeFile(identity.keystore, hosts)
  return forClients || forNodes || false
}

/** Those that do not run read their files when they start. */
async function tellRunning({ plan, runtime, cluster, effects, record }: Pass): Promise<void> {
  for (const node of plan.nodes) {
    const name = nodeName(node)
    if (!runtime.renewedNodes.has(name)) continue
    try {
      await cluster.takeUpCertificates(plan, node)
      runtime.renewedNodes.delete(name)
    } catch (error) {
      // The one that it shows is good for a while: nothing has to wait for it.
      effects.logger.warn('a node has not taken up another certificate yet', {
        cluster: record.name,
        node: name,
        error,
      })
    }
  }
}
