import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import {
  bitString,
  boolean,
  context,
  contentOf,
  elements,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  text,
  time,
} from './der.ts'
import { encodedSubject } from './subject.ts'

/* X.509 as an authority here makes it (RFC 5280): keys on P-256, version 3, and no more extensions than verifiers want. */

const dayMs = 86_400_000
/** Clocks of clients may be behind. */
const earlierMs = dayMs
const serialBytes = 16

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}
/** ECDSA with SHA-256. */
export const signatureAlgorithm = sequence(objectIdentifier(oid.ecdsaWithSha256))
/** Bits from the left: digitalSignature is the first one, keyCertSign the sixth, cRLSign the seventh. */
const keyUsages = { leaf: bitString(Buffer.from([0x80]), 7), authority: bitString(Buffer.from([0x06]), 1) }

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
export function makeAuthority({ subject, days, nowMs }: Omit<Wanted, 'hosts'>): Issued {
  const { publicKey, privateKey } = newKeys()
  const name = encodedSubject(subject)
  const certificate = signed(privateKey, {
    issuer: name,
    subject: name,
    lifetime: lifetime(days, nowMs),
    publicKey,
    extensions: [
      extension(oid.basicConstraints, sequence(boolean(true), integer(0)), 'critical'),
      extension(oid.keyUsage, keyUsages.authority, 'critical'),
      extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    ],
  })
  return { key: exported(privateKey), certificate }
}

/** A certificate of the authority for a new key: of a server where it has hosts, else of a client. */
export function issueCertificate(
  authority: { key: KeyObject; certificate: X509Certificate },
  { subject, hosts, days, nowMs }: Wanted,
): Issued {
  const { publicKey, privateKey } = newKeys()
  // Brokers are clients of each other, too.
  const usages = [...(hosts.length > 0 ? [oid.serverAuth] : []), oid.clientAuth]
  const certificate = signed(authority.key, {
    issuer: subjectOf(authority.certificate),
    subject: encodedSubject(subject),
    lifetime: lifetime(days, nowMs),
    publicKey,
    extensions: [
      extension(oid.basicConstraints, sequence(), 'critical'),
      extension(oid.keyUsage, keyUsages.leaf, 'critical'),
      extension(oid.extendedKeyUsage, sequence(...usages.map(objectIdentifier))),
      ...(hosts.length > 0
        ? [extension(oid.subjectAlternativeName, sequence(...hosts.map(generalName)))]
        : []),
      extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
      extension(
        oid.authorityKeyIdentifier,
        sequence(context(0, keyIdentifierOf(authority.certificate), 'primitive')),
      ),
    ],
  })
  return { key: exported(privateKey), certificate }
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function exported(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

interface ToBeSigned {
  issuer: Buffer
  subject: Buffer
  lifetime: Buffer
  publicKey: KeyObject
  extensions: readonly Buffer[]
}

function signed(key: KeyObject, { issuer, subject, lifetime, publicKey, extensions }: ToBeSigned): string {
  const version3 = 2
  const content = sequence(
    context(0, integer(version3), 'constructed'),
    serialNumber(),
    signatureAlgorithm,
    issuer,
    lifetime,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions), 'constructed'),
  )
  const certificate = sequence(content, signatureAlgorithm, bitString(sign('sha256', content, key)))
  return new X509Certificate(certificate).toString()
}

function lifetime(days: number, nowMs: number): Buffer {
  return sequence(time(nowMs - earlierMs), time(nowMs + days * dayMs))
}

/** Positive, and never the same again. */
function serialNumber(): Buffer {
  const [first = 0, ...others] = randomBytes(serialBytes)
  return integer((first & 0x7f) | 0x40, ...others)
}

function extension(number: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(objectIdentifier(number), ...(critical ? [boolean(true)] : []), octetString(value))
}

/** And no name. */
export function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host)
}

function generalName(host: string): Buffer {
  if (!isAddress(host)) return context(2, contentOf(text('ia5String', host)), 'primitive')
  const bytes = host.includes(':') ? ipv6Bytes(host) : Buffer.from(host.split('.').map(Number))
  return context(7, bytes, 'primitive')
}

/** `::1`: sixteen bytes, where `::` stands for as many zeros as are missing. */
function ipv6Bytes(address: string): Buffer {
  const [head = [], tail = []] = address.split('::').map((part) =>
    part
      .split(':')
      .filter((group) => group !== '')
      .map((group) => Number.parseInt(group, 16)),
  )
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0)
  return Buffer.from([...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group & 0xff]))
}

/** SHA-1 of the key's bits (RFC 5280, 4.2.1.2). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const [, bits = Buffer.alloc(1)] = elements(publicKey.export({ type: 'spki', format: 'der' }))
  return createHash('sha1').update(contentOf(bits).subarray(1)).digest()
}

/** The parts of a certificate behind its version: serial number, algorithm, issuer, lifetime, subject, key, … */
function parts({ raw }: X509Certificate): Buffer[] {
  const [content = Buffer.alloc(0)] = elements(raw)
  return elements(content).slice(1)
}

/** As the certificate has it: verifiers compare bytes. */
export function subjectOf(certificate: X509Certificate): Buffer {
  const [, , , , subject = Buffer.alloc(0)] = parts(certificate)
  return subject
}

/** As the certificate says it, however it was made. */
function keyIdentifierOf(certificate: X509Certificate): Buffer {
  const [extensions = Buffer.alloc(0)] = elements(parts(certificate).at(-1) ?? Buffer.alloc(0))
  const wanted = objectIdentifier(oid.subjectKeyIdentifier)
  const found = elements(extensions)
    .map(elements)
    .find(([number]) => number?.equals(wanted))
  return found ? contentOf(contentOf(found.at(-1) ?? Buffer.alloc(0))) : keyIdentifier(certificate.publicKey)
}
