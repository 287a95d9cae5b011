import type { Random } from '@sluice/effects'

/** Uuids are strings as Kafka prints them: URL-safe base64 of the 16 bytes, without padding. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

const uuidPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Whether this is the one way to write some uuid. */
export function isUuid(text: string): boolean {
  return typeof text === 'string' && uuidPattern.test(text)
}

/** The last uuids that were read, each with its 16 bytes as four words: topic ids come again and again. */
const readSlots = 256
const readWords = new Int32Array(readSlots * 4)
const readUuids: string[] = Array.from({ length: readSlots }, () => zeroUuid)

/** The uuid in the 16 bytes at `at`. */
export function uuidFromBytes(bytes: Buffer, at = 0): string {
  if (at + 16 > bytes.length) throw new RangeError(`uuid at ${at} of ${bytes.length} bytes`)
  const a = wordAt(bytes, at)
  const b = wordAt(bytes, at + 4)
  const c = wordAt(bytes, at + 8)
  const d = wordAt(bytes, at + 12)
  const slot = (a ^ b ^ c ^ d) & (readSlots - 1)
  const w = slot * 4
  if (readWords[w] === a && readWords[w + 1] === b && readWords[w + 2] === c && readWords[w + 3] === d)
    return readUuids[slot] as string
  const uuid = bytes.toString('base64url', at, at + 16)
  readWords[w] = a
  readWords[w + 1] = b
  readWords[w + 2] = c
  readWords[w + 3] = d
  readUuids[slot] = uuid
  return uuid
}

function wordAt(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}

/** The bytes of uuids that were written lately; emptied when it is full. */
const written = new Map<string, Buffer>()
const writtenMax = 1024

/** Writes the 16 bytes at `at`; false, and nothing useful written, if this is not a uuid. */
export function uuidToBytes(uuid: string, target: Buffer, at = 0): boolean {
  let bytes = written.get(uuid)
  if (!bytes) {
    if (!isUuid(uuid)) return false
    bytes = Buffer.from(uuid, 'base64url')
    if (written.size >= writtenMax) written.clear()
    written.set(uuid, bytes)
  }
  for (let i = 0; i < 16; i++) target[at + i] = bytes[i] as number
  return true
}

/**
 * A random uuid of version 4, as Kafka makes them: never one of the reserved values (their version bits are
 * zero), and never one that starts with '-', which a command line would take for an option.
 */
export function randomUuid(random: Random): string {
  for (;;) {
    const bytes = random.bytes(16)
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
    const uuid = uuidFromBytes(bytes)
    if (!uuid.startsWith('-')) return uuid
  }
}
