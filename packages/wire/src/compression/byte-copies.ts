/** A call of `set` costs more than moving a few bytes by hand. */
const setFromBytes = 48

export function copyBetween(
  from: Uint8Array,
  at: number,
  to: Uint8Array,
  toAt: number,
  length: number,
): void {
  if (length >= setFromBytes) to.set(from.subarray(at, at + length), toAt)
  else for (let i = 0; i < length; i++) to[toAt + i] = from[at + i] as number
}

/** Repeats what stands `offset` before `at`; the two places may overlap, which repeats a pattern. */
export function copyWithin(out: Uint8Array, at: number, offset: number, length: number): number {
  const end = at + length
  if (offset >= length && length >= setFromBytes) out.copyWithin(at, at - offset, end - offset)
  else for (let i = at; i < end; i++) out[i] = out[i - offset] as number
  return end
}

/** Little endian, as they stand: for hashing and comparing. */
export function fourBytes(data: Uint8Array, at: number): number {
  return (
    (data[at] as number) |
    ((data[at + 1] as number) << 8) |
    ((data[at + 2] as number) << 16) |
    ((data[at + 3] as number) << 24)
  )
}

/** A Buffer over the same bytes. */
export function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
