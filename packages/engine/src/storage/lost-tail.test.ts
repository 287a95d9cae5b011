import { describe, expect, test } from 'vitest'
import type { LostTail } from './lost-tail.ts'
import { LogContext, append, batchOf } from './testing/log-context.ts'

const logPath = '/data/events-0/00000000000000000000.log'

/** Three batches of two records, of which the second and third are large; the file is changed and loaded anew. */
function tailOf(change: (bytes: Buffer, starts: readonly number[]) => Buffer): LostTail | undefined {
  const context = new LogContext()
  const log = context.load()
  const starts: number[] = []
  for (const length of [1, 400_000, 400_000]) {
    starts.push(log.sizeInBytes)
    append(log, batchOf(2, { value: 'v'.repeat(length) }))
  }
  log.close({ clean: false })
  context.disk.writeFileAtomicSync(logPath, change(context.disk.readFileSync(logPath), starts))
  let tail: LostTail | undefined
  context.reloadAfterKill(log, {
    *beforeCut(found) {
      tail = found
      yield
    },
  })
  return tail
}

describe('what a log had behind a broken batch', () => {
  test('is found whatever is broken of it: checksum, length, format or offset', () => {
    for (const [byte, value] of [
      [70, 0x55],
      [9, 0x7f],
      [9, 0x01],
      [10, 0x01],
      [16, 9],
    ] as const) {
      const tail = tailOf((bytes, [, second = 0]) => {
        bytes[second + byte] = value
        return bytes
      })
      expect([byte, tail]).toMatchObject([byte, { offset: 2, endOffset: 6, holdsBatches: true }])
    }
  })

  test('is found where the broken offset lies ahead of it', () => {
    const tail = tailOf((bytes, [, second = 0]) => {
      bytes[second + 7] = 99
      return bytes
    })
    expect(tail).toMatchObject({ offset: 101, endOffset: 101, holdsBatches: true })
  })

  test('is what the torn batch says of itself where nothing follows', () => {
    const tail = tailOf((bytes) => bytes.subarray(0, bytes.length - 5))
    expect(tail).toMatchObject({ offset: 4, endOffset: 6, holdsBatches: false })
  })

  test('is no batch where a crash has left zeros or garbage', () => {
    for (const fill of [0, 2, 0x7f])
      expect([fill, tailOf((bytes) => Buffer.concat([bytes, Buffer.alloc(300_000, fill)]))]).toMatchObject([
        fill,
        { offset: 6, endOffset: 6, bytes: 300_000, holdsBatches: false },
      ])
  })
})
