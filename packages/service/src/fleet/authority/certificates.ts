import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { isAddress } from './address.ts'
import { nameOf } from './subject.ts'

/* X.509 as an authority here makes it. Loaded when something is issued: a start with certificates does without. */

x509.cryptoProvider.set(webcrypto as never)
export { x509 }

const dayMs = 86_400_000
/** Clocks of clients may be behind. */
const earlierMs = dayMs
export const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const serialBytes = 16

export interface Issued {
  /** PKCS #8, PEM. */
  key: string
  /** PEM. */
  certificate: string
}

interface Wanted {
  /** RFC 2253: `CN=alice,O=Acme`. */
  subject: string
  /** Names and addresses of a server; none for a client. */
  hosts: readonly string[]
  days: number
  nowMs: number
}

/** An authority that vouches for itself, and for no further authorities. */
export async function makeAuthority({ subject, days, nowMs }: Omit<Wanted, 'hosts'>): Promise<Issued> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...lifetime(days, nowMs),
    serialNumber: serialNumber(),
    name: nameOf(subject),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return issued(keys, certificate)
}

/** A certificate of the authority for a new key: of a server where it has hosts, else of a client. */
export async function issueCertificate(authority: Issued, wanted: Wanted): Promise<Issued> {
  const { subject, hosts, days, nowMs } = wanted
  const keys = await newKeys()
  const issuer = new x509.X509Certificate(authority.certificate)
  const usage = hosts.length > 0 ? [x509.ExtendedKeyUsage.serverAuth] : []
  const certificate = await x509.X509CertificateGenerator.create({
    ...lifetime(days, nowMs),
    serialNumber: serialNumber(),
    subject: nameOf(subject),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await signingKey(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      // Brokers are clients of each other, too.
      new x509.ExtendedKeyUsageExtension([...usage, x509.ExtendedKeyUsage.clientAuth]),
      ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts.map(generalName))] : []),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return issued(keys, certificate)
}

/** PEM. */
export function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der = new ArrayBuffer(0)] = x509.PemConverter.decode(pem)
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

function newKeys() {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function issued(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate): Promise<Issued> {
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
    certificate: `${certificate.toString('pem')}\n`,
  }
}

function lifetime(days: number, nowMs: number) {
  return { notBefore: new Date(nowMs - earlierMs), notAfter: new Date(nowMs + days * dayMs) }
}

/** Positive, and never the same again. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(serialBytes))
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

function generalName(host: string): x509.JsonGeneralName {
  return { type: isAddress(host) ? 'ip' : 'dns', value: host }
}
