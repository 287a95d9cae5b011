/*
 * CBOR (RFC 8949), as far as AWS's protocols use it. Every length is checked against what is there before anything
 * is made of it. Integers beyond 2^53 come as bigint, which no type of a schema takes.
 */

/** A value with a tag; AWS uses 1, a time. */
export class Tagged {
  readonly tag: number
  readonly value: unknown

  constructor(tag: number, value: unknown) {
    this.tag = tag
    this.value = value
  }
}

export class CborError extends Error {
  override readonly name = 'CborError'
}

/** The first three bits of a value. */
const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 }
const simple = { false: 20, true: 21, null: 22, undefined: 23, half: 25, single: 26, double: 27 }
const indefinite = 31
const breakByte = 0xff
/** Deeper than the deepest shape of any AWS model. */
const depthMax = 64

export function decodeCbor(bytes: Buffer): unknown {
  const decoder = new Decoder(bytes)
  const value = decoder.value(0)
  if (!decoder.isAtEnd) throw new CborError('more bytes follow the value')
  return value
}

class Decoder {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  value(depth: number): unknown {
    if (depth > depthMax) throw new CborError('values are nested too deeply')
    const first = this.#take(1)[0] ?? 0
    const [kind, info] = [first >> 5, first & 31]
    switch (kind) {
      case major.unsigned:
        return this.#argument(info)
      case major.negative: {
        const argument = this.#argument(info)
        return typeof argument === 'bigint' ? -1n - argument : -1 - argument
      }
      case major.bytes:
        return Buffer.concat(this.#chunks(kind, info))
      case major.text:
        return this.#text(kind, info)
      case major.array:
        return this.#items(info, 1, () => this.value(depth + 1))
      case major.map:
        return Object.fromEntries(this.#items(info, 2, () => [this.#key(), this.value(depth + 1)] as const))
      case major.tag:
        return new Tagged(this.#length(info), this.value(depth + 1))
      default:
        return this.#simple(info)
    }
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new CborError('the value ends too soon')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info
    if (info === 24) return this.#take(1).readUInt8()
    if (info === 25) return this.#take(2).readUInt16BE()
    if (info === 26) return this.#take(4).readUInt32BE()
    if (info !== 27) throw new CborError(`a value has the length ${info}, which means nothing`)
    const long = this.#take(8).readBigUInt64BE()
    return long <= Number.MAX_SAFE_INTEGER ? Number(long) : long
  }

  #length(info: number): number {
    const length = this.#argument(info)
    if (typeof length === 'bigint') throw new CborError('the value ends too soon')
    return length
  }

  /** A text or bytes, whole or (as Jackson writes them, which Java's SDK uses) in pieces. */
  #chunks(kind: number, info: number): Buffer[] {
    if (info !== indefinite) return [Buffer.from(this.#take(this.#length(info)))]
    const chunks: Buffer[] = []
    while (!this.#takeBreak()) {
      const first = this.#take(1)[0] ?? 0
      if (first >> 5 !== kind) throw new CborError('a piece has another type than the whole')
      chunks.push(Buffer.from(this.#take(this.#length(first & 31))))
    }
    return chunks
  }

  #text(kind: number, info: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(this.#chunks(kind, info)))
    } catch (error) {
      throw error instanceof CborError ? error : new CborError('a text is not UTF-8')
    }
  }

  #key(): string {
    const first = this.#take(1)[0] ?? 0
    if (first >> 5 !== major.text) throw new CborError('the key of a map is no text')
    return this.#text(major.text, first & 31)
  }

  #items<Item>(info: number, valuesEach: number, next: () => Item): Item[] {
    const items: Item[] = []
    if (info === indefinite) {
      while (!this.#takeBreak()) items.push(next())
      return items
    }
    const count = this.#length(info)
    if (count * valuesEach > this.#bytes.length - this.#at) throw new CborError('the value ends too soon')
    for (let n = 0; n < count; n++) items.push(next())
    return items
  }

  #takeBreak(): boolean {
    if (this.#bytes[this.#at] !== breakByte) return false
    this.#at++
    return true
  }

  #simple(info: number): unknown {
    switch (info) {
      case simple.false:
        return false
      case simple.true:
        return true
      case simple.null:
      case simple.undefined:
        return null
      case simple.half:
        return halfFloat(this.#take(2).readUInt16BE())
      case simple.single:
        return this.#take(4).readFloatBE()
      case simple.double:
        return this.#take(8).readDoubleBE()
      default:
        throw new CborError(`a value has the type ${info}, which means nothing`)
    }
  }
}

function halfFloat(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

/** Takes what JSON takes, bytes, and tagged values. */
export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = []
  write(value, parts)
  return Buffer.concat(parts)
}

function write(value: unknown, to: Buffer[]): void {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    to.push(header(major.text, text.length), text)
  } else if (typeof value === 'number') to.push(number(value))
  else if (typeof value === 'boolean') to.push(header(major.simple, value ? simple.true : simple.false))
  else if (value === null || typeof value !== 'object') to.push(header(major.simple, simple.null))
  else if (value instanceof Uint8Array) to.push(header(major.bytes, value.length), Buffer.from(value))
  else if (value instanceof Tagged) {
    to.push(header(major.tag, value.tag))
    write(value.value, to)
  } else if (Array.isArray(value)) {
    to.push(header(major.array, value.length))
    for (const item of value) write(item, to)
  } else {
    const entries = Object.entries(value)
    to.push(header(major.map, entries.length))
    for (const [key, item] of entries) {
      write(key, to)
      write(item, to)
    }
  }
}

function number(value: number): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0))
    return value < 0 ? header(major.negative, -1 - value) : header(major.unsigned, value)
  const double = Buffer.alloc(9)
  double.writeUInt8((major.simple << 5) | simple.double)
  double.writeDoubleBE(value, 1)
  return double
}

function header(kind: number, argument: number): Buffer {
  const first = kind << 5
  if (argument < 24) return Buffer.from([first | argument])
  if (argument < 0x100) return Buffer.from([first | 24, argument])
  if (argument < 0x1_0000) return Buffer.from([first | 25, argument >> 8, argument & 0xff])
  const wide = argument >= 0x1_0000_0000
  const bytes = Buffer.alloc(wide ? 9 : 5)
  bytes.writeUInt8(first | (wide ? 27 : 26))
  if (wide) bytes.writeBigUInt64BE(BigInt(argument), 1)
  else bytes.writeUInt32BE(argument, 1)
  return bytes
}
