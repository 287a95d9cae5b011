/** Of all members together that one broker coordinates. */
const memberBytesMax = 256 * 1024 * 1024
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
