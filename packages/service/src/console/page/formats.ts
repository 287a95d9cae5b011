/* How values are shown. */

/** What is deeper than that is not further to the right: a deep value would be mostly spaces. */
const indentsMax = 40

export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${Math.round(bytes)} B`
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KiB`
  if (bytes < 1_073_741_824) return `${(bytes / 1_048_576).toFixed(1)} MiB`
  return `${(bytes / 1_073_741_824).toFixed(1)} GiB`
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

/** A span of time, in its largest unit. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 3_600_000)} h`
}

/** The browser's own time of day and zone, to the millisecond, in an order that sorts. */
export function timeText(seconds: number): string {
  const at = new Date(seconds * 1_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

/** How many bytes there are in a text of base64, which is not decoded for that. */
export function base64Bytes(text: string): number {
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
}

/** The first bytes of it, at most. */
export function fromBase64(text: string, bytesMax = Number.POSITIVE_INFINITY): Uint8Array<ArrayBuffer> {
  const letters = Math.min(text.length, Math.ceil(bytesMax / 3) * 4)
  const bytes = Uint8Array.from(atob(text.slice(0, letters)), (letter) => letter.charCodeAt(0))
  return bytes.length > bytesMax ? bytes.slice(0, bytesMax) : bytes
}

export function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text)
  let letters = ''
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8_192)
    letters += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(letters)
}

/** Null where they are no UTF-8, or hold what no text has. Where they were cut, the last character may be in part. */
export function textOf(bytes: Uint8Array<ArrayBuffer>, isCut: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut })
    // oxlint-disable-next-line no-control-regex
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text
  } catch {
    return null
  }
}

/** As `hexdump -C` has it: place, sixteen bytes, what of them is ASCII. */
export function hexText(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const digits = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const letters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${at.toString(16).padStart(8, '0')}  ${digits.padEnd(47)}  ${letters}`)
  }
  return lines.join('\n')
}

/**
 * JSON with a line for each member; null where it is none. What it holds stays as it is written: a number of JavaScript would
 * lose digits of long integers, order and names that come twice.
 */
export function jsonText(text: string): string | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const shown: string[] = []
  let [depth, last] = [0, '']
  const line = () => `\n${'  '.repeat(Math.min(depth, indentsMax))}`
  for (const token of jsonTokens(text)) {
    const isFirst = last === '{' || last === '['
    const isEnd = token === '}' || token === ']'
    if (isEnd) depth--
    if (isEnd ? !isFirst : isFirst || last === ',') shown.push(line())
    if (token === '{' || token === '[') depth++
    shown.push(token === ':' ? ': ' : token)
    last = token
  }
  return shown.join('')
}

/** Texts, punctuation and what stands between these. By hand: a regular expression has no room for a text of some megabytes. */
function* jsonTokens(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const letter = text[at] ?? ''
    let end = at + 1
    if (letter === '"') end = textEnd(text, at)
    else if (!punctuation.has(letter)) while (end < text.length && !apart.has(text[end] ?? '')) end++
    if (!spaces.has(letter)) yield text.slice(at, end)
    at = end
  }
}

const punctuation = new Set('{}[],: \t\n\r')
const spaces = new Set(' \t\n\r')
const apart = new Set([...punctuation, '"'])

/** Behind the quote that ends a text: one with an even number of backslashes before it. */
function textEnd(text: string, start: number): number {
  for (let end = start; ; ) {
    end = text.indexOf('"', end + 1)
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
}
