/*
 * XXH3 with 64 bits, no seed and the standard secret: the hash that Apache Kafka writes into the records of groups
 * (KIP-1101). A few bytes go through arithmetic of 64 bits; what is long, eight lanes at a time, through halves of 32.
 */

const secret = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f' +
    'cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
    '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
    'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e' +
    '2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
)

const prime32 = { first: 0x9e3779b1n, second: 0x85ebca77n, third: 0xc2b2ae3dn }
const prime64 = {
  first: 0x9e3779b185ebca87n,
  second: 0xc2b2ae3d27d4eb4fn,
  third: 0x165667b19e3779f9n,
  fourth: 0x85ebca77c2b2ae63n,
  fifth: 0x27d4eb2f165667c5n,
}
const shortPrime = 0x9fb21c651e98df25n
const avalanchePrime = 0x165667919e3779f9n

const stripeBytes = 64
const stripesOfBlock = (secret.length - stripeBytes) / 8
const blockBytes = stripeBytes * stripesOfBlock
const lanes = 8

/** Values go in as hash4j writes them for Apache Kafka: little-endian, strings as UTF-16 and their length. */
export class Xxh3 {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  byte(value: number): void {
    this.#room(1)
    this.#length = this.#bytes.writeUInt8(value, this.#length)
  }

  int32(value: number): void {
    this.#room(4)
    this.#length = this.#bytes.writeInt32LE(value, this.#length)
  }

  int64(value: bigint): void {
    this.#room(8)
    this.#length = this.#bytes.writeBigInt64LE(BigInt.asIntN(64, value), this.#length)
  }

  string(value: string): void {
    this.#room(2 * value.length)
    this.#length += this.#bytes.write(value, this.#length, 'utf16le')
    this.int32(value.length)
  }

  /** As its two halves, each an int64. */
  uuid(uuid: string): void {
    const bytes = Buffer.from(uuid, 'base64url')
    this.int64(bytes.readBigInt64BE(0))
    this.int64(bytes.readBigInt64BE(8))
  }

  bytes(bytes: Buffer): void {
    this.#room(bytes.length)
    this.#length += bytes.copy(this.#bytes, this.#length)
  }

  /** As an int64. */
  digest(): bigint {
    return BigInt.asIntN(64, hash(this.#bytes.subarray(0, this.#length)))
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#length + bytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

function hash(input: Buffer): bigint {
  const { length } = input
  if (length > 240) return hashLong(input)
  if (length > 128) return hashTo240(input)
  if (length > 16) return hashTo128(input)
  if (length > 8) return hashTo16(input)
  if (length >= 4) return hashTo8(input)
  return hashTo3(input)
}

function hashTo3(input: Buffer): bigint {
  const { length } = input
  if (length === 0) return finish64(secret.readBigUInt64LE(56) ^ secret.readBigUInt64LE(64))
  const at = (index: number) => BigInt(input[index] as number)
  const combined = (at(0) << 16n) | (at(length >> 1) << 24n) | at(length - 1) | (BigInt(length) << 8n)
  return finish64(combined ^ BigInt((secret.readUInt32LE(0) ^ secret.readUInt32LE(4)) >>> 0))
}

function hashTo8(input: Buffer): bigint {
  const { length } = input
  const both = BigInt(input.readUInt32LE(length - 4)) + (BigInt(input.readUInt32LE(0)) << 32n)
  let h = both ^ secret.readBigUInt64LE(8) ^ secret.readBigUInt64LE(16)
  h = to64(h ^ rotated(h, 49n) ^ rotated(h, 24n))
  h = to64(h * shortPrime)
  h = to64((h ^ ((h >> 35n) + BigInt(length))) * shortPrime)
  return h ^ (h >> 28n)
}

function hashTo16(input: Buffer): bigint {
  const { length } = input
  const low = input.readBigUInt64LE(0) ^ secret.readBigUInt64LE(24) ^ secret.readBigUInt64LE(32)
  const high = input.readBigUInt64LE(length - 8) ^ secret.readBigUInt64LE(40) ^ secret.readBigUInt64LE(48)
  return avalanche(to64(BigInt(length) + swapped(low) + high + folded(low, high)))
}

function hashTo128(input: Buffer): bigint {
  const { length } = input
  let sum = BigInt(length) * prime64.first
  for (let i = Math.ceil(length / 32) - 1; i >= 0; i--)
    sum += mixed(input, 16 * i, 32 * i) + mixed(input, length - 16 * (i + 1), 32 * i + 16)
  return avalanche(to64(sum))
}

function hashTo240(input: Buffer): bigint {
  const { length } = input
  let sum = BigInt(length) * prime64.first
  for (let i = 0; i < 8; i++) sum += mixed(input, 16 * i, 16 * i)
  sum = avalanche(to64(sum))
  for (let i = 8; i < Math.floor(length / 16); i++) sum += mixed(input, 16 * i, 16 * (i - 8) + 3)
  return avalanche(to64(sum + mixed(input, length - 16, 119)))
}

function hashLong(input: Buffer): bigint {
  const { length } = input
  const state = new Accumulators()
  const blocks = Math.floor((length - 1) / blockBytes)
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < stripesOfBlock; i++)
      state.accumulate(input, block * blockBytes + i * stripeBytes, 8 * i)
    state.scramble()
  }
  const begin = blocks * blockBytes
  const stripes = Math.floor((length - 1 - begin) / stripeBytes)
  for (let i = 0; i < stripes; i++) state.accumulate(input, begin + i * stripeBytes, 8 * i)
  state.accumulate(input, length - stripeBytes, secret.length - stripeBytes - 7)
  return state.merged(to64(BigInt(length) * prime64.first))
}

/** Eight sums of 64 bits, each as its two halves. */
class Accumulators {
  readonly #low = new Uint32Array(lanes)
  readonly #high = new Uint32Array(lanes)

  constructor() {
    const { first, second, third, fourth, fifth } = prime64
    const initial = [prime32.third, first, second, third, fourth, prime32.second, fifth, prime32.first]
    for (const [i, value] of initial.entries()) this.#set(i, value)
  }

  accumulate(input: Buffer, at: number, secretAt: number): void {
    for (let i = 0; i < lanes; i++) {
      const low = input.readUInt32LE(at + 8 * i)
      const high = input.readUInt32LE(at + 8 * i + 4)
      this.#add(i ^ 1, low, high)
      this.#addProduct(
        i,
        (low ^ secret.readUInt32LE(secretAt + 8 * i)) >>> 0,
        (high ^ secret.readUInt32LE(secretAt + 8 * i + 4)) >>> 0,
      )
    }
  }

  scramble(): void {
    for (let i = 0; i < lanes; i++) {
      const value = this.#get(i)
      const key = secret.readBigUInt64LE(secret.length - stripeBytes + 8 * i)
      this.#set(i, to64((value ^ (value >> 47n) ^ key) * prime32.first))
    }
  }

  merged(start: bigint): bigint {
    let sum = start
    for (let i = 0; i < lanes; i += 2)
      sum += folded(
        this.#get(i) ^ secret.readBigUInt64LE(11 + 8 * i),
        this.#get(i + 1) ^ secret.readBigUInt64LE(11 + 8 * i + 8),
      )
    return avalanche(to64(sum))
  }

  #get(i: number): bigint {
    return (BigInt(this.#high[i] as number) << 32n) | BigInt(this.#low[i] as number)
  }

  #set(i: number, value: bigint): void {
    this.#low[i] = Number(value & 0xffffffffn)
    this.#high[i] = Number(value >> 32n)
  }

  #add(i: number, low: number, high: number): void {
    const sum = (this.#low[i] as number) + low
    this.#low[i] = sum
    // The array keeps the lower 32 bits.
    this.#high[i] = (this.#high[i] as number) + high + (sum > 0xffffffff ? 1 : 0)
  }

  /** In parts of 16 bits, for a double holds 53. */
  #addProduct(i: number, a: number, b: number): void {
    const lower = (a & 0xffff) * (b & 0xffff)
    const middle = (a >>> 16) * (b & 0xffff) + (lower >>> 16)
    const other = (a & 0xffff) * (b >>> 16) + (middle % 0x10000)
    const upper = (a >>> 16) * (b >>> 16) + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)
    this.#add(i, (((other & 0xffff) << 16) | (lower & 0xffff)) >>> 0, upper)
  }
}

function to64(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function rotated(value: bigint, by: bigint): bigint {
  return to64((value << by) | (value >> (64n - by)))
}

function swapped(value: bigint): bigint {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64LE(value)
  return bytes.readBigUInt64BE()
}

/** The two halves of the product, one over the other. */
function folded(one: bigint, other: bigint): bigint {
  const product = one * other
  return to64(product) ^ (product >> 64n)
}

function mixed(input: Buffer, at: number, secretAt: number): bigint {
  return folded(
    input.readBigUInt64LE(at) ^ secret.readBigUInt64LE(secretAt),
    input.readBigUInt64LE(at + 8) ^ secret.readBigUInt64LE(secretAt + 8),
  )
}

function avalanche(value: bigint): bigint {
  const h = to64((value ^ (value >> 37n)) * avalanchePrime)
  return h ^ (h >> 32n)
}

function finish64(value: bigint): bigint {
  let h = to64((value ^ (value >> 33n)) * prime64.second)
  h = to64((h ^ (h >> 29n)) * prime64.third)
  return h ^ (h >> 32n)
}
