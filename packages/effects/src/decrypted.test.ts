import { EventEmitter, once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { beforeEach, describe, expect, it } from 'vitest'
import { Decrypted } from './decrypted.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A connection whose records come when they are told to, and whose owner has a buffer of eight bytes. */
class Incoming extends EventEmitter {
  destroyed = false
  isPaused = false
  readonly reads: string[] = []
  readonly #buffer = Buffer.alloc(8)
  readonly #decrypted = new Decrypted(
    this as unknown as TLSSocket,
    {
      receiveBuffer: () => this.#buffer,
      onRead: (length) => this.#read(length),
      onDrain() {},
      onClose() {},
    },
    () => this.isPaused,
  )
  /** It wants no more from there on. */
  pausesAt = ''

  comes(...records: string[]): void {
    for (const record of records) this.emit('data', Buffer.from(record))
  }

  async resume(): Promise<void> {
    this.isPaused = false
    this.#decrypted.deliverSoon()
    await turn()
  }

  #read(length: number): void {
    const text = this.#buffer.toString('utf8', 0, length)
    this.reads.push(text)
    if (text === this.pausesAt) this.isPaused = true
  }
}

let one: Incoming
let other: Incoming

beforeEach(() => {
  one = new Incoming()
  other = new Incoming()
})

describe('records of one turn', () => {
  it('are read together, in so many reads as the buffer takes', async () => {
    one.comes('abc', 'de', 'fghijk')
    expect(one.reads).toEqual([])
    await turn()
    expect(one.reads).toEqual(['abcdefgh', 'ijk'])
    one.comes('l')
    await turn()
    expect(one.reads).toEqual(['abcdefgh', 'ijk', 'l'])
  })

  it('of several connections are not mixed up', async () => {
    one.comes('a', 'b')
    other.comes('1', '2')
    one.comes('c')
    await turn()
    expect(one.reads).toEqual(['ab', 'c'])
    expect(other.reads).toEqual(['12'])
  })

  it('are read before the end is told', async () => {
    const ended = once(one, 'end').then(() => [...one.reads])
    one.comes('last')
    one.emit('end')
    expect(await ended).toEqual(['last'])
  })
})

describe('what its owner does not want yet', () => {
  it('waits, whatever comes for others meanwhile', async () => {
    one.isPaused = true
    one.comes('ab')
    other.comes('12')
    one.comes('c')
    await turn()
    expect(one.reads).toEqual([])
    await one.resume()
    expect(one.reads.join('')).toBe('abc')
    expect(other.reads).toEqual(['12'])
  })

  it('waits from where its owner has stopped', async () => {
    one.pausesAt = 'abcdefgh'
    one.comes('abcdefghij', 'k')
    await turn()
    one.comes('l')
    await turn()
    expect(one.reads).toEqual(['abcdefgh'])
    await one.resume()
    expect(one.reads.join('')).toBe('abcdefghijkl')
  })

  it('is gone with the connection', async () => {
    one.comes('abc')
    one.destroyed = true
    await turn()
    expect(one.reads).toEqual([])
  })
})
