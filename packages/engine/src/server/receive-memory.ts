/* The memory of frames that have not come whole yet. */

/** Of an unfinished request so much is given room ahead of its bytes; a larger one grows by doubling. */
export const reservedBytesMax = 2_097_152

/**
 * The memory of an unfinished frame that was handled, for the next one of any connection: fresh memory for each batch of a
 * megabyte keeps the garbage collector busy with the whole heap.
 */
let spareBuffer: Buffer | null = null

/** At least so much, and not much more. */
export function receiveMemory(bytes: number): Buffer {
  const spare = spareBuffer
  if (!spare || spare.length < bytes || spare.length > 4 * bytes) return Buffer.allocUnsafeSlow(bytes)
  spareBuffer = null
  return spare
}

export function leaveSpare(buffer: Buffer): void {
  if (buffer.length <= reservedBytesMax) spareBuffer = buffer
}
