import type { Preferences } from './protocols.ts'

/** Of all members together that one broker coordinates. */
const memberBytesMax = 256 * 1024 * 1024
/** What a member takes, and each protocol that it names, beside the bytes that they bring. */
const objectBytes = 500

/**
 * What members say of themselves is kept for as long as they are members, and anybody may be one. Where it is too much
 * nobody brings more, until others have gone.
 */
export class MemberBytes {
  readonly #bytesMax: number
  #total = 0

  constructor(bytesMax = memberBytesMax) {
    this.#bytesMax = bytesMax
  }

  changed(by: number): void {
    this.#total += by
  }

  hasRoomFor(more: number): boolean {
    return more <= 0 || this.#total + more <= this.#bytesMax
  }
}

export function bytesOf(protocols: Preferences): number {
  let bytes = objectBytes
  for (const { name, metadata } of protocols) bytes += objectBytes + 2 * name.length + metadata.length
  return bytes
}
