import { hostNames } from '../../engines/listeners.ts'
import type { Done, Step } from './pass.ts'

/** A certificate for every broker with an encrypted listener; one that serves stays as it is. */
export const issueCertificates: Step = async ({ plan, record, authority }): Promise<Done> => {
  for (const { tls, nodeId, listeners } of plan.nodes) {
    if (!tls) continue
    const hosts = [...hostNames(listeners)]
    await authority.keepServerFile(tls.keystore, { commonName: `b-${nodeId}.${record.name}`, hosts })
  }
  return 'unchanged'
}
