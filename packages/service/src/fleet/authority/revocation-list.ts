import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { type Issued, signatureAlgorithm, subjectOf } from './certificates.ts'
import { bitString, contentOf, elements, integer, isSequence, sequence, time, timeOf } from './der.ts'

/* What an authority says that it has revoked (RFC 5280, 5). */

/** `revoked`: entries of a list. */
export function revocationList(
  { key, certificate }: Issued,
  revoked: readonly Buffer[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): string {
  const version2 = 1
  const content = sequence(
    integer(version2),
    signatureAlgorithm,
    subjectOf(new X509Certificate(certificate)),
    time(fromMs),
    time(untilMs),
    ...(revoked.length > 0 ? [sequence(...revoked)] : []),
  )
  const signature = bitString(sign('sha256', content, createPrivateKey(key)))
  const lines =
    sequence(content, signatureAlgorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n')
}

/** The entry of a certificate, PEM, in such a list. */
export function revokedEntry(certificate: string, nowMs: number): Buffer {
  const serial = Buffer.from(new X509Certificate(certificate).serialNumber, 'hex')
  return sequence(integer(...serial), time(nowMs))
}

interface FoundList {
  readonly revoked: readonly Buffer[]
  /** When the next one should be there; null where it does not say. */
  readonly untilMs: number | null
}

/** Null for what is none. */
export function readRevocationList(pem: string): FoundList | null {
  try {
    const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '')
    const [content = Buffer.alloc(0)] = elements(Buffer.from(base64, 'base64'))
    const parts = elements(content)
    const firstTime = parts.findIndex((part) => timeOf(part) !== null)
    if (firstTime < 0) return null
    const untilMs = timeOf(parts[firstTime + 1] ?? Buffer.alloc(1))
    const list = parts[firstTime + (untilMs === null ? 1 : 2)]
    return { untilMs, revoked: list && isSequence(list) && contentOf(list).length > 0 ? elements(list) : [] }
  } catch {
    return null
  }
}
