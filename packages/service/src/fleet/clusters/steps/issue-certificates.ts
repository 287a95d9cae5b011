import { loopbackAddress } from '../addresses.ts'
import type { Done, Step } from './pass.ts'

const loopbackHosts = ['localhost', loopbackAddress, '::1']

/** A certificate for every broker with an encrypted listener; one that serves stays as it is. */
export const issueCertificates: Step = async ({ plan, record, authority }): Promise<Done> => {
  for (const { tls, nodeId, listeners } of plan.nodes) {
    if (!tls) continue
    const hosts = [...new Set([...loopbackHosts, ...listeners.map(({ host }) => host)])]
    await authority.keepServerFile(tls.keystore, { commonName: `b-${nodeId}.${record.name}`, hosts })
  }
  return 'unchanged'
}
