/**
 * The last short ASCII texts that were read, by a hash of their bytes. The names of topics, groups, members
 * and clients come again in every request; making a string from bytes costs 130 ns and looking it up in a
 * Map as much again, while a text from here costs 1 ns a byte and already has its hash. Only memory and time
 * depend on it: a collision is a miss.
 */
const slots = 1024
const bytesMax = 64

const texts: (string | undefined)[] = Array.from({ length: slots })
/** The hash of the text that each slot last missed: a text must come twice in a row to get in. */
const missed = new Int32Array(slots)

/** The UTF-8 text in `length` bytes at `at`. */
export function textFromBytes(bytes: Buffer, at: number, length: number): string {
  if (length > bytesMax) return bytes.toString('utf8', at, at + length)
  let hash = length
  for (let i = at; i < at + length; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0
  const slot = (hash ^ (hash >>> 16)) & (slots - 1)
  const known = texts[slot]
  if (known !== undefined && known.length === length && isSame(known, bytes, at)) return known
  const text = bytes.toString('utf8', at, at + length)
  if (missed[slot] === hash) texts[slot] = text
  else missed[slot] = hash
  return text
}

/** No text with a character beyond ASCII passes: its units are not its bytes. */
function isSame(text: string, bytes: Buffer, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit !== bytes[at + i] || unit > 0x7f) return false
  }
  return true
}
