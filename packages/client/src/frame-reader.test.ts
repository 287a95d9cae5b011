import { seededRandom } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { FrameReader } from './frame-reader.ts'

const largeBytes = 200_000

function framed(body: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

/** Gives the bytes as a socket would: into the room where there is some, else through a chunk that is used again. */
function feed(reader: FrameReader, bytes: Buffer, nextLength: () => number): void {
  const chunk = Buffer.alloc(65_536)
  for (let at = 0; at < bytes.length; ) {
    const { room } = reader
    const target = room ?? chunk
    const length = Math.min(target.length, bytes.length - at, nextLength())
    bytes.copy(target, 0, at, at + length)
    at += length
    if (room) reader.filled(length)
    else reader.push(chunk.subarray(0, length))
    chunk.fill(0xdb)
  }
}

const whole = () => Infinity

describe('a frame reader', () => {
  it.each([true, false])(
    'gives every frame whole, however the bytes come (reuses frames: %s)',
    (reusesFrames) => {
      const random = seededRandom(3)
      const seen: string[] = []
      const reader = new FrameReader(1_000_000, (frame) => void seen.push(frame.toString('latin1')), {
        reusesFrames,
      })
      const bodies = Array.from({ length: 60 }, (_, i) =>
        String.fromCharCode(97 + (i % 26)).repeat(4 + random.int(random.int(2) === 0 ? 300 : 400_000)),
      )
      const bytes = Buffer.concat(bodies.map((body) => framed(Buffer.from(body, 'latin1'))))
      feed(reader, bytes, () => 1 + random.int(random.int(3) === 0 ? 3 : 300_000))
      expect(seen.map((body) => `${body.length} ${body[0]}`)).toEqual(
        bodies.map((body) => `${body.length} ${body[0]}`),
      )
      expect(seen).toEqual(bodies)
    },
  )

  it('reads what is much to its place', () => {
    const reader = new FrameReader(1_000_000, () => {})
    reader.push(framed(Buffer.alloc(largeBytes)).subarray(0, 1_000))
    expect(reader.room?.length).toBe(largeBytes - 996)
    reader.filled(largeBytes - 2_000)
    expect(reader.room).toBeNull()
  })

  it('gives each frame memory of its own', () => {
    const frames: Buffer[] = []
    const reader = new FrameReader(1_000_000, (frame) => void frames.push(frame))
    for (const fill of [1, 2]) feed(reader, framed(Buffer.alloc(largeBytes, fill)), whole)
    expect(frames.map((frame) => frame[0])).toEqual([1, 2])
  })

  it('gives large frames the same memory where they are reused, until many small ones have come', () => {
    const memories: ArrayBufferLike[] = []
    const reader = new FrameReader(1_000_000, ({ buffer }) => void memories.push(buffer), {
      reusesFrames: true,
    })
    const large = () => feed(reader, framed(Buffer.alloc(largeBytes)), whole)
    const small = () => feed(reader, framed(Buffer.alloc(50)), whole)
    large()
    small()
    large()
    for (let count = 0; count < 20; count++) small()
    large()
    const [first, , second] = memories
    expect(second).toBe(first)
    expect(memories.at(-1)).not.toBe(first)
  })

  it('takes no size that cannot be', () => {
    const reader = new FrameReader(100, () => {})
    expect(() => reader.push(framed(Buffer.alloc(101)))).toThrow('a frame of 101 bytes; 100 are allowed')
  })
})
