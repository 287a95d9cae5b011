import { X509Certificate } from 'node:crypto'
import type { X509Crl, X509CrlEntryParams } from '@peculiar/x509'
import type { Issued } from './certificates.ts'

/* What an authority says that it has revoked (RFC 5280, 5). The library is loaded where there is such a list. */

/** Those of private authorities may be long. */
const parseOptions = { berOptions: { maxNodes: Infinity, maxContentLength: Infinity } }

/** PEM. */
export async function revocationList(
  { key, certificate }: Issued,
  revoked: X509CrlEntryParams[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): Promise<string> {
  const { algorithm, signingKey, x509 } = await import('./certificates.ts')
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(certificate).subjectName,
    thisUpdate: new Date(fromMs),
    nextUpdate: new Date(untilMs),
    entries: revoked,
    signingAlgorithm: algorithm,
    signingKey: await signingKey(key),
  })
  // The library's own PEM says CRL, and OpenSSL does not know that.
  return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`
}

/** The entry of a certificate, PEM, in such a list. */
export function revokedEntry(certificate: string, nowMs: number): X509CrlEntryParams {
  const { serialNumber } = new X509Certificate(certificate)
  return { serialNumber, revocationDate: new Date(nowMs) }
}

/** Null for what is none. */
export async function readRevocationList(pem: string): Promise<X509Crl | null> {
  const { x509 } = await import('./certificates.ts')
  try {
    return new x509.X509Crl(pem, parseOptions)
  } catch {
    return null
  }
}
