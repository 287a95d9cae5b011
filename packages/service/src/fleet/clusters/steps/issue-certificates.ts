import type { Clock } from '@sluice/effects'
import type { ClientTrust } from '../../authority/private-authorities.ts'
import { nodeName, type NodePlan } from '../../engines/engine.ts'
import { hostNames } from '../../engines/listeners.ts'
import { authenticatesByTls, privateAuthoritiesOf } from '../client-listeners.ts'
import { clientTrustPath } from '../cluster-plan.ts'
import type { ClusterRuntime, Done, Pass, Step } from './pass.ts'

/** Certificates that will end soon are looked for this often. */
const certificateCheckMs = 3_600_000
/** And the files of authorities of clients, of clusters that have such, this often. */
export const trustCheckMs = 60_000

/**
 * A certificate for every node that shows one, and for the service where nodes want it; one that serves stays as it is.
 * A node that runs takes up another one without a new start.
 */
export const issueCertificates: Step = async (pass): Promise<Done> => {
  const { plan, runtime, effects, record } = pass
  const wasDue = await certificatesAreDue(pass)
  const wanting = plan.nodes.filter(({ identity }) => identity)
  const hosts = [...hostNames(wanting.flatMap(({ listeners }) => listeners))]
  const { nodeAuthority } = runtime
  if (wanting.length > 0) await nodeAuthority.keepNodeFile(nodeAuthority.servicePath, hosts)
  for (const node of plan.nodes) {
    if (!(await keepFiles(pass, node))) continue
    effects.logger.info('a node has another certificate', { cluster: record.name, node: nodeName(node) })
    runtime.renewedNodes.add(nodeName(node))
  }
  await keepClientTrust(pass)
  await tellRunning(pass)
  runtime.certificatesCheckedAtMs = effects.clock.now()
  return wasDue ? 'changed' : 'unchanged'
}

/** Nobody has looked for a while, or others vouch for clients than the brokers know. */
export async function certificatesAreDue(pass: Pass): Promise<boolean> {
  const { runtime, effects } = pass
  return isCheckDue(runtime, effects.clock) || (await isTrustOutdated(pass))
}

export function isCheckDue(
  { certificatesCheckedAtMs }: Pick<ClusterRuntime, 'certificatesCheckedAtMs'>,
  clock: Clock,
): boolean {
  return clock.now() - certificatesCheckedAtMs >= certificateCheckMs
}

async function isTrustOutdated(pass: Pass): Promise<boolean> {
  const trust = await clientTrust(pass)
  if (!trust) return false
  return trust.text !== trustNow(pass) || trust.problems.join() !== pass.runtime.trustProblems.join()
}

/** Whom brokers shall believe of clients; null where these show no certificates. */
async function clientTrust({
  record: { spec },
  privateAuthorities,
  engine,
}: Pass): Promise<ClientTrust | null> {
  return authenticatesByTls(spec) ? privateAuthorities.trust(privateAuthoritiesOf(spec), engine) : null
}

function trustNow({ effects: { disk }, directory }: Pass): string | null {
  const path = clientTrustPath(directory)
  return disk.existsSync(path) ? disk.readFileSync(path).toString() : null
}

async function keepClientTrust(pass: Pass): Promise<void> {
  const { runtime, plan, record, effects, directory } = pass
  const { text, problems } = (await clientTrust(pass)) ?? { text: null, problems: [] }
  for (const problem of problems)
    if (!runtime.trustProblems.includes(problem)) effects.logger.warn(problem, { cluster: record.name })
  runtime.trustProblems = problems
  if (text === null || text === trustNow(pass)) return
  effects.disk.writeFileAtomicSync(clientTrustPath(directory), text)
  for (const node of plan.nodes) if (node.tls) runtime.renewedNodes.add(nodeName(node))
}

/** Returns whether it has another one. */
async function keepFiles(pass: Pass, { tls, identity, nodeId, listeners }: NodePlan): Promise<boolean> {
  const { record, runtime, authority } = pass
  const hosts = [...hostNames(listeners)]
  const forClients =
    tls && (await authority.keepFile(tls.keystore, { subject: `CN=b-${nodeId}.${record.name}`, hosts }))
  const forNodes = identity && (await runtime.nodeAuthority.keepNodeFile(identity.keystore, hosts))
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
