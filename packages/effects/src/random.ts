import { randomFillSync, randomUUID } from 'node:crypto'

export interface Random {
  bytes(length: number): Buffer
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number
  /** RFC 9562 version 4 in the 36-character form, lower case. */
  uuid(): string
}

/** Asked of the system at once: a call takes as long for 4 KB as for 4 bytes, tens of microseconds. */
const poolBytes = 4096
const two32 = 0x1_0000_0000

export function systemRandom(): Random {
  const pool = Buffer.alloc(poolBytes)
  let used = poolBytes
  const take = (length: number) => {
    if (poolBytes - used < length) {
      randomFillSync(pool)
      used = 0
    }
    used += length
    return used - length
  }
  return {
    bytes(length) {
      if (length > poolBytes) return randomFillSync(Buffer.alloc(length))
      const at = take(length)
      const bytes = Buffer.from(pool.subarray(at, used))
      // What was given out may be a secret.
      pool.fill(0, at, used)
      return bytes
    },
    int(below) {
      // Beyond the last whole multiple the smaller numbers would come more often.
      const end = two32 - (two32 % below)
      for (;;) {
        const value = pool.readUInt32BE(take(4))
        if (value < end) return value % below
      }
    },
    uuid: () => randomUUID(),
  }
}

/** The same sequence for the same seed (mulberry32). Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const bytes = (length: number) => {
    const out = Buffer.alloc(length)
    for (let i = 0; i < length; i++) out[i] = Math.floor(next() * 256)
    return out
  }
  const uuid = () => {
    const b = bytes(16)
    b[6] = ((b[6] ?? 0) & 0x0f) | 0x40
    b[8] = ((b[8] ?? 0) & 0x3f) | 0x80
    const hex = b.toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
  return { bytes, int: (below) => Math.floor(next() * below), uuid }
}
