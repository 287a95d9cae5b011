import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutNativeModules } from '../testing/native-modules.ts'
import { CodecId, codecName, compress, compressLarge, decompress, decompressLarge } from './codecs.ts'
import { CorruptDataError, DecompressedSizeError, UnsupportedCodecError } from './errors.ts'
import { storeAsZstd, zstdBytesBound } from './zstd-frame.ts'
import { xxHash32 } from './xxhash32.ts'

type Run = <T>(fn: () => Promise<T>) => Promise<T>
const withNativeModules: Run = (fn) => fn()

/** Every codec with the native libraries, and as on a platform that has none of them. */
const implementations: [string, number, Run][] = Object.values(CodecId).flatMap((id) => [
  [`${codecName(id)}, native`, id, withNativeModules] as [string, number, Run],
  [`${codecName(id)}, JavaScript`, id, withoutNativeModules as Run],
])
const compressing = implementations.filter(([, id]) => id !== CodecId.none)

/** Bytes of which some compress well and some not, up to a few blocks of every format. */
const someBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 6000 }))
        .map(([pattern, times]) => Buffer.alloc(pattern.length * times, Buffer.from(pattern))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts))

const text = Buffer.from(
  Array.from({ length: 5000 }, (_, i) => JSON.stringify({ id: i, name: `user-${(i * 31) % 977}` })).join(
    '\n',
  ),
)

describe.each(implementations)('%s', (_name, id, run) => {
  test('gives back what it compressed', async () => {
    await run(() =>
      fc.assert(
        fc.asyncProperty(someBytes, async (data) => {
          const compressed = await compress(id, data)
          const back = await decompress(id, compressed, data.length)
          expect(back.equals(data)).toBe(true)
        }),
        { numRuns: 60 },
      ),
    )
  })

  test('takes any Uint8Array, also one that is part of a larger buffer', async () => {
    await run(async () => {
      const view = new Uint8Array(text.buffer, text.byteOffset + 7, 1000)
      const compressed = await compress(id, view)
      const padded = Buffer.concat([Buffer.alloc(3), compressed, Buffer.alloc(3)])
      const part = new Uint8Array(padded.buffer, padded.byteOffset + 3, compressed.length)
      expect((await decompress(id, part, 1000)).equals(text.subarray(7, 1007))).toBe(true)
    })
  })
})

describe.each(compressing)('%s', (_name, id, run) => {
  test('stops at the bound', async () => {
    await run(async () => {
      const compressed = await compress(id, text)
      expect((await decompress(id, compressed, text.length)).equals(text)).toBe(true)
      for (const maxBytes of [0, 1, 1000, text.length - 1])
        await expect((async () => decompress(id, compressed, maxBytes))()).rejects.toThrow(
          DecompressedSizeError,
        )
    })
  })

  test('refuses every truncation', async () => {
    await run(async () => {
      const compressed = await compress(id, text.subarray(0, 2000))
      for (let length = 0; length < compressed.length; length++) {
        const outcome = await outcomeOf(id, compressed.subarray(0, length), 1_000_000)
        // A snappy stream has no end mark: a cut between two blocks cannot be seen, nor one of a bare header.
        if (id === CodecId.snappy && outcome instanceof Buffer) expect(outcome.length).toBeLessThan(2000)
        else expect(outcome).toBeInstanceOf(CorruptDataError)
      }
    })
  })

  test('answers mutated input with bytes below the bound or with an error of ours', async () => {
    await run(async () => {
      const compressed = await compress(id, text.subarray(0, 20_000))
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(compressed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
          async (changes) => {
            const mutated = Buffer.from(compressed)
            for (const [at, byte] of changes) mutated[at] = byte
            expectTame(await outcomeOf(id, mutated, 100_000), 100_000)
          },
        ),
        { numRuns: 300 },
      )
    })
  })

  test('answers random input with bytes below the bound or with an error of ours', async () => {
    await run(async () => {
      const header = (await compress(id, Buffer.from('x'))).subarray(0, 20)
      await fc.assert(
        fc.asyncProperty(fc.nat(header.length), fc.uint8Array({ maxLength: 200 }), async (kept, tail) => {
          const input = Buffer.concat([header.subarray(0, kept), tail])
          expectTame(await outcomeOf(id, input, 50_000), 50_000)
        }),
        { numRuns: 300 },
      )
    })
  })
})

async function outcomeOf(id: number, data: Buffer, maxBytes: number): Promise<unknown> {
  try {
    return await decompress(id, data, maxBytes)
  } catch (error) {
    return error
  }
}

function expectTame(outcome: unknown, maxBytes: number): void {
  if (outcome instanceof Buffer) expect(outcome.length).toBeLessThanOrEqual(maxBytes)
  else expect([CorruptDataError, DecompressedSizeError]).toContain((outcome as Error).constructor)
}

describe('bombs', () => {
  const zeros = Buffer.alloc(60_000_000)

  test.each(compressing)('of %s are refused without decompressing them', async (_name, id, run) => {
    await run(async () => {
      const bomb = id === CodecId.zstd ? zstdBomb(zeros.length) : await withNativeModulesCompress(id, zeros)
      expect(bomb.length).toBeLessThan(zeros.length / 20)
      const before = process.memoryUsage().arrayBuffers
      expect(await outcomeOf(id, bomb, 1_000_000)).toBeInstanceOf(DecompressedSizeError)
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    })
  })

  const bombs = new Map<number, Buffer>()
  async function withNativeModulesCompress(id: number, data: Buffer): Promise<Buffer> {
    const bomb = bombs.get(id) ?? (await compress(id, data))
    bombs.set(id, bomb)
    return bomb
  }

  test('that only claim to be large cost nothing', async () => {
    // A raw snappy block that says it holds 4 GB.
    expect(await outcomeOf(CodecId.snappy, Buffer.from('ffffffff0f00', 'hex'), 2 ** 40)).toBeInstanceOf(
      CorruptDataError,
    )
    // A zstd frame with a window of more than 128 MB.
    const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0])
    expect(await outcomeOf(CodecId.zstd, window, 2 ** 40)).toBeInstanceOf(CorruptDataError)
  })
})

/** One frame of repeated blocks: four bytes for each 128 KB. */
function zstdBomb(length: number): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38])]
  for (let left = length; left > 0; left -= 131_072) {
    const size = Math.min(left, 131_072)
    const block = Buffer.alloc(4)
    block.writeUIntLE((size << 3) | (1 << 1) | (left <= 131_072 ? 1 : 0), 0, 3)
    parts.push(block)
  }
  return Buffer.concat(parts)
}

describe('snappy', () => {
  const { compressSync } = createRequire(import.meta.url)('snappy') as {
    compressSync: (data: Uint8Array, options: object) => Buffer
  }

  test.each([
    ['native', withNativeModules],
    ['JavaScript', withoutNativeModules as Run],
  ])('is read without framing and in streams that follow each other, %s', async (_name, run) => {
    await run(async () => {
      const raw = compressSync(text, { copyOutputData: true })
      expect((await decompress(CodecId.snappy, raw, text.length)).equals(text)).toBe(true)
      const framed = await compress(CodecId.snappy, text)
      const twice = await decompress(CodecId.snappy, Buffer.concat([framed, framed]), text.length * 2)
      expect(twice.equals(Buffer.concat([text, text]))).toBe(true)
    })
  })

  test('is written in the framing of Java', async () => {
    const framed = await compress(CodecId.snappy, text.subarray(0, 40_000))
    expect(framed.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001')
    const first = framed.readInt32BE(16)
    expect(framed.length).toBe(16 + 4 + first + 4 + framed.readInt32BE(16 + 4 + first))
  })

  test('written in JavaScript is read by the library and smaller', async () => {
    const framed = await withoutNativeModules(() => compress(CodecId.snappy, text))
    expect(framed.length).toBeLessThan(text.length / 2)
    expect((await decompress(CodecId.snappy, framed, text.length)).equals(text)).toBe(true)
  })
})

describe('lz4', () => {
  const library = createRequire(import.meta.url)('lz4-napi') as {
    compressFrameSync(data: Uint8Array, options?: object): Buffer
    decompressFrameSync(data: Uint8Array): Buffer
  }

  test.each([
    ['native', withNativeModules],
    ['JavaScript', withoutNativeModules as Run],
  ])('is written as Kafka writes it, and the library reads it, %s', async (_name, run) => {
    await run(async () => {
      const frame = await compress(CodecId.lz4, text)
      expect(frame.subarray(0, 7).toString('hex')).toBe('04224d18604082')
      expect(frame.length).toBeLessThan(text.length / 2)
      expect(library.decompressFrameSync(frame).equals(text)).toBe(true)
    })
  })

  test('is read with checksums of blocks and content, which are checked', async () => {
    const frame = library.compressFrameSync(text, { contentChecksum: true, blockChecksums: true })
    expect((await decompress(CodecId.lz4, frame, text.length)).equals(text)).toBe(true)
    const broken = Buffer.from(frame)
    broken[broken.length - 1] = (broken.at(-1) as number) ^ 1
    expect(await outcomeOf(CodecId.lz4, broken, text.length)).toBeInstanceOf(CorruptDataError)
  })

  test('is read with blocks that refer to the one before and a content size', async () => {
    // Two blocks: 'abcdabcd…' as literals, then one that copies 40 bytes from 8 back and ends with 'wxyz!'.
    const first = Buffer.from('abcdefgh'.repeat(2))
    const second = Buffer.from([0x0f, 8, 0, 21, 0x50, ...Buffer.from('wxyz!')])
    const header = Buffer.alloc(15)
    header.writeUInt32LE(0x184d2204, 0)
    header[4] = 0x48
    header[5] = 0x40
    header.writeUInt32LE(first.length + 40 + 5, 6)
    header[14] = (xxHash32(header, 4, 14) >>> 8) & 0xff
    const frame = Buffer.concat([
      header,
      size(first.length + 0x8000_0000),
      first,
      size(second.length),
      second,
      size(0),
    ])
    const wanted = `${'abcdefgh'.repeat(7)}wxyz!`
    expect((await decompress(CodecId.lz4, frame, 100)).toString()).toBe(wanted)
    // The same blocks, said to be independent: the second reaches before its start.
    frame[4] = 0x68
    frame[14] = (xxHash32(frame, 4, 14) >>> 8) & 0xff
    expect(await outcomeOf(CodecId.lz4, frame, 100)).toBeInstanceOf(CorruptDataError)
  })

  test('ends with its end mark, whatever stands behind', async () => {
    const frame = Buffer.concat([await compress(CodecId.lz4, text), Buffer.from('more')])
    expect((await decompress(CodecId.lz4, frame, text.length)).equals(text)).toBe(true)
  })
})

describe('what is large', () => {
  async function inSteps<T>(steps: Generator<undefined, T | Promise<T>, undefined>) {
    let count = 0
    let step = steps.next()
    for (; !step.done; step = steps.next()) count++
    return { count, value: await step.value }
  }
  const data = Buffer.alloc(1_000_000, text)

  test.each(Object.entries(CodecId))('in %s is the same in steps, and bounded', async (_, codec) => {
    const compressed = await inSteps(compressLarge(codec, data))
    expect((await decompress(codec, compressed.value, data.length)).equals(data)).toBe(true)
    const back = await inSteps(decompressLarge(codec, compressed.value, data.length))
    expect(back.value.equals(data)).toBe(true)
    if (codec === CodecId.none) return
    const tooMuch = async () => await inSteps(decompressLarge(codec, compressed.value, 500_000))
    await expect(tooMuch()).rejects.toThrow(DecompressedSizeError)
  })

  test('is done block by block where a codec knows blocks', async () => {
    for (const codec of [CodecId.lz4, CodecId.snappy]) {
      const { count, value } = await inSteps(compressLarge(codec, data))
      expect(count).toBeGreaterThan(10)
      expect((await inSteps(decompressLarge(codec, value, data.length))).count).toBeGreaterThan(10)
    }
  })
})

describe('gzip', () => {
  test('members that follow each other are read as one', async () => {
    const member = await compress(CodecId.gzip, text)
    const both = await decompress(CodecId.gzip, Buffer.concat([member, member]), text.length * 2)
    expect(both.length).toBe(text.length * 2)
  })

  test('levels trade size for speed', async () => {
    const [quick, small] = [await compress(CodecId.gzip, text, 1), await compress(CodecId.gzip, text, 9)]
    expect(quick.length).toBeGreaterThan(small.length)
  })
})

describe('zstd', () => {
  test('block headers bound the size from above', async () => {
    await fc.assert(
      fc.asyncProperty(someBytes, async (data) => {
        const frame = await compress(CodecId.zstd, data)
        const bound = zstdBytesBound(frame)
        expect(bound).toBeGreaterThanOrEqual(data.length)
        expect(bound).toBeLessThanOrEqual(Math.ceil(data.length / 131_072) * 131_072)
      }),
      { numRuns: 40 },
    )
  })

  test('a frame of stored blocks is read by the library', async () => {
    for (const length of [0, 1, 131_072, 131_073, 300_000]) {
      const data = Buffer.alloc(length, 'stored ')
      expect((await decompress(CodecId.zstd, storeAsZstd(data), length)).equals(data)).toBe(true)
    }
  })

  test('every level of Kafka is taken', async () => {
    // On Node below 22.15 they all give the same.
    for (const level of [-131_072, -1, 1, 3, 22])
      expect(
        (await decompress(CodecId.zstd, await compress(CodecId.zstd, text, level), text.length)).equals(text),
      ).toBe(true)
  })
})

function size(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

test('XXH32 gives the published values', () => {
  expect(xxHash32(Buffer.alloc(0))).toBe(0x02cc5d05)
  expect(xxHash32(Buffer.from('abc'))).toBe(0x32d153ff)
  expect(xxHash32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
})

test('an id without codec is refused', () => {
  expect(() => compress(5, text)).toThrow(UnsupportedCodecError)
  expect(() => decompress(7, text, 10)).toThrow(UnsupportedCodecError)
})
