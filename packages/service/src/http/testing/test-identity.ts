import { issueCertificate, type Issued, makeAuthority } from '../../fleet/authority/certificates.ts'

/* For tests: what a server shows, and whom its clients trust. */

export async function testAuthority(): Promise<Issued> {
  return makeAuthority({ subject: 'CN=test authority', days: 10, nowMs: Date.now() })
}

/** Key and certificate, PEM. */
export async function testIdentity(authority: Issued, name = 'test'): Promise<string> {
  const hosts = ['localhost', '127.0.0.1']
  const { key, certificate } = await issueCertificate(authority, {
    subject: `CN=${name}`,
    hosts,
    days: 5,
    nowMs: Date.now(),
  })
  return key + certificate
}
