import { DecodeError, DefaultPrincipalData, Reader } from '@sluice/wire'

/** In front of a principal, as in a record, stands a version; this in its place where its broker has asked for it. */
const isAllowedMark = -1

/** For an Envelope: the broker has asked what its client may do, and the controller need not. */
export function allowedPrincipal(principal: string): Buffer {
  const colon = principal.indexOf(':')
  const mark = Buffer.alloc(2)
  mark.writeInt16BE(isAllowedMark)
  const value = {
    type: principal.slice(0, colon),
    name: principal.slice(colon + 1),
    tokenAuthenticated: false,
  }
  return Buffer.concat([mark, DefaultPrincipalData.encodeToBuffer(0, value)])
}

/** The principal as Apache Kafka writes it; null where it cannot be read. */
export function readPrincipal(bytes: Buffer): { principal: string; isAllowed: boolean } | null {
  try {
    const reader = new Reader(bytes)
    const version = reader.int16()
    const isAllowed = version === isAllowedMark
    const { type, name } = DefaultPrincipalData.decode(reader, isAllowed ? 0 : version)
    return { principal: `${type}:${name}`, isAllowed }
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}
