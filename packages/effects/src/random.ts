import { randomBytes, randomInt, randomUUID } from 'node:crypto'

export interface Random {
  bytes(length: number): Buffer
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number
  /** RFC 9562 version 4 in the 36-character form, lower case. */
  uuid(): string
}

export function systemRandom(): Random {
  return { bytes: randomBytes, int: (below) => randomInt(below), uuid: () => randomUUID() }
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
