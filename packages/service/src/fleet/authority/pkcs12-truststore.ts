import { createHash, createHmac } from 'node:crypto'
import { storeAlias, truststorePassword } from './java-truststore.ts'

/* PKCS #12 (RFC 7292) in DER, as far as a truststore of one certificate needs it. */

const tags = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
}
/** [0], explicit. */
const tagged = 0xa0

const oids = {
  data: '2a864886f70d010701',
  certificateBag: '2a864886f70d010c0a0103',
  x509Certificate: '2a864886f70d01091601',
  friendlyName: '2a864886f70d010914',
  /** Java's own: by it a certificate is trusted, and not only there. */
  trustedKeyUsage: '6086480186f966adca7b0101',
  anyExtendedKeyUsage: '551d2500',
  sha256: '608648016503040201',
}

const version = 3
/** As Java's keytool has it. */
const iterations = 10_000
/** Of SHA-256. */
const blockBytes = 64
const saltBytes = 20
/** For which of its purposes a key is derived: the checksum. */
const macPurpose = 3

/**
 * A truststore with one certificate (DER). Nothing in it is secret, so nothing is encrypted; its checksum is keyed by the
 * password that everybody knows.
 */
export function pkcs12Truststore(certificate: Buffer): Buffer {
  const named = attribute(oids.friendlyName, der(tags.bmpString, utf16(storeAlias)))
  const trusted = attribute(oids.trustedKeyUsage, oid(oids.anyExtendedKeyUsage))
  const inBag = sequence(oid(oids.x509Certificate), der(tagged, der(tags.octets, certificate)))
  const bag = sequence(oid(oids.certificateBag), der(tagged, inBag), der(tags.set, named, trusted))
  const content = sequence(dataOf(sequence(bag)))
  // Another one for each certificate; it need not be secret, nor unlike what it was before.
  const salt = createHash('sha256').update(certificate).digest().subarray(0, saltBytes)
  const mac = createHmac('sha256', macKey(truststorePassword, salt)).update(content).digest()
  const digest = sequence(sequence(oid(oids.sha256), der(tags.null)), der(tags.octets, mac))
  const macData = sequence(digest, der(tags.octets, salt), integer(iterations))
  return sequence(integer(version), dataOf(content), macData)
}

/** RFC 7292, appendix B.2, where what is wanted is as long as one hash. */
function macKey(password: string, salt: Buffer): Buffer {
  const parts = [Buffer.alloc(blockBytes, macPurpose), repeated(salt), repeated(utf16(`${password}\0`))]
  let hash: Buffer = Buffer.concat(parts)
  for (let round = 0; round < iterations; round++) hash = createHash('sha256').update(hash).digest()
  return hash
}

/** As often as it takes to fill whole blocks. */
function repeated(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes, bytes)
}

function dataOf(content: Buffer): Buffer {
  return sequence(oid(oids.data), der(tagged, der(tags.octets, content)))
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(oid(type), der(tags.set, value))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(tags.sequence, ...parts)
}

function oid(hex: string): Buffer {
  return der(tags.oid, Buffer.from(hex, 'hex'))
}

/** Below 32,768. */
function integer(value: number): Buffer {
  return der(tags.integer, Buffer.from(value < 128 ? [value] : [value >> 8, value & 255]))
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
