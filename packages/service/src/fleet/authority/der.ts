/* ASN.1 in its distinguished encoding (X.690), as far as certificates need it. */

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(tags.sequence, Buffer.concat(parts))
}

export function set(...parts: readonly Buffer[]): Buffer {
  return tagged(tags.set, Buffer.concat(parts))
}

/** Of a number that is not negative, its bytes as they come. */
export function integer(...bytes: readonly number[]): Buffer {
  const padded = (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes
  return tagged(tags.integer, Buffer.from(padded))
}

export function boolean(value: boolean): Buffer {
  return tagged(tags.boolean, Buffer.from([value ? 0xff : 0]))
}

export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return tagged(tags.bitString, Buffer.concat([Buffer.from([unusedBits]), bytes]))
}

export function octetString(bytes: Buffer): Buffer {
  return tagged(tags.octetString, bytes)
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return tagged(tags.objectIdentifier, Buffer.from([first * 40 + second, ...others].flatMap(base128)))
}

export function text(kind: 'utf8String' | 'printableString' | 'ia5String', value: string): Buffer {
  return tagged(tags[kind], Buffer.from(value))
}

/** RFC 5280, 4.1.2.5: two digits of the year until 2049. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return digits < '2050'
    ? tagged(tags.utcTime, Buffer.from(digits.slice(2)))
    : tagged(tags.generalizedTime, Buffer.from(digits))
}

export function isSequence([tag]: Buffer): boolean {
  return tag === tags.sequence
}

/** Null for an element of another kind. */
export function timeOf(element: Buffer): number | null {
  const [tag] = element
  if (tag !== tags.utcTime && tag !== tags.generalizedTime) return null
  const digits = contentOf(element).toString()
  const whole = tag === tags.generalizedTime ? digits : `${digits < '50' ? '20' : '19'}${digits}`
  return Date.parse(whole.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

/** `[number]` of a choice or an optional member, around what is constructed or in place of a primitive tag. */
export function context(number: number, content: Buffer, kind: 'constructed' | 'primitive'): Buffer {
  return tagged((kind === 'constructed' ? 0xa0 : 0x80) | number, content)
}

/** The elements of what is constructed, each with its tag, one after the other. */
export function elements(constructed: Buffer): Buffer[] {
  const content = contentOf(constructed)
  const found: Buffer[] = []
  for (let at = 0; at < content.length; ) {
    const end = at + lengthOf(content.subarray(at)).end
    found.push(content.subarray(at, end))
    at = end
  }
  return found
}

export function contentOf(element: Buffer): Buffer {
  const { start, end } = lengthOf(element)
  return element.subarray(start, end)
}

function lengthOf(element: Buffer): { start: number; end: number } {
  const short = element[1] ?? 0
  if (short < 0x80) return { start: 2, end: 2 + short }
  const start = 2 + (short & 0x7f)
  return { start, end: start + element.readUIntBE(2, start - 2) }
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** Seven bits a byte, the highest one set in all but the last. */
function base128(value: number): number[] {
  const low = value & 0x7f
  const bytes = [low]
  for (let rest = Math.floor(value / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
    bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}
