import { createHash } from 'node:crypto'

/** What Java's own truststore has; it guards nothing, for what is in it is public. */
export const truststorePassword = 'changeit'

const magic = 0xfeedfeed
const version = 2
const trustedCertificate = 2
/** By which it is listed. */
export const storeAlias = 'sluice'

/** A Java KeyStore (JKS) with one certificate (DER) that is trusted. */
export function javaTruststore(certificate: Buffer, nowMs: number): Buffer {
  const created = Buffer.alloc(8)
  created.writeBigInt64BE(BigInt(nowMs))
  const content = Buffer.concat([
    int32(magic),
    int32(version),
    int32(1),
    int32(trustedCertificate),
    text(storeAlias),
    created,
    text('X.509'),
    int32(certificate.length),
    certificate,
  ])
  // The format's own checksum over password and content, with its own salt.
  const password = Buffer.from(truststorePassword, 'utf16le').swap16()
  const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(content).digest()
  return Buffer.concat([content, digest])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
