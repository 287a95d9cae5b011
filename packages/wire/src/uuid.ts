import type { Random } from '@sluice/effects'

/** Uuids are strings as Kafka prints them: URL-safe base64 of the 16 bytes, without padding. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

const uuidPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Whether this is the one way to write some uuid. */
export function isUuid(text: string): boolean {
  return typeof text === 'string' && uuidPattern.test(text)
}

/** The uuid in the 16 bytes at `at`. */
export function uuidFromBytes(bytes: Buffer, at = 0): string {
  return bytes.toString('base64url', at, at + 16)
}

/** Writes the 16 bytes at `at`; false, and nothing useful written, if this is not a uuid. */
export function uuidToBytes(uuid: string, target: Buffer, at = 0): boolean {
  return isUuid(uuid) && target.write(uuid, at, 16, 'base64url') === 16
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
