import { describe, expect, test } from 'vitest'
import { LogContext, append, batchOf, readAll, stage, startMs } from './testing/log-context.ts'

describe('retention', () => {
  const size = batchOf(1).length
  const filled = (config = {}) => {
    const context = new LogContext({ segmentBytes: size * 2, ...config })
    const log = context.load()
    for (let i = 0; i < 9; i++) append(log, batchOf(1, { timestamp: startMs + i * 100 }))
    return { context, log }
  }

  test('by time takes segments whose newest record is too old, once the high watermark has passed them', () => {
    const log = new LogContext({ segmentBytes: size * 2, retentionMs: 1000 }).load()
    for (let i = 0; i < 9; i++) stage(log, batchOf(1, { timestamp: startMs + i * 100 }))
    log.commit()
    expect(log.applyRetention(startMs + 1301)).toBe(0)
    log.advanceHighWatermark(3)
    // The second segment's newest record is of +300.
    expect(log.applyRetention(startMs + 1301)).toBe(1)
    expect(log.logStartOffset).toBe(2)
    log.advanceHighWatermark(9)
    expect(log.applyRetention(startMs + 1300)).toBe(0)
    expect(log.applyRetention(startMs + 1301)).toBe(1)
    expect(log.logStartOffset).toBe(4)
    expect(readAll(log)).toHaveLength(5)
  })

  test('by time may take everything: the log goes on at its end', () => {
    const { context, log } = filled({ retentionMs: 1000 })
    expect(log.applyRetention(startMs + 1_000_000)).toBe(5)
    expect(log).toMatchObject({ logStartOffset: 9, logEndOffset: 9, segmentCount: 1, sizeInBytes: 0 })
    expect(append(log, batchOf(1))).toMatchObject({ baseOffset: 9 })
    expect(log.applyRetention(startMs)).toBe(0)
    const reloaded = context.reloadAfterStop(log)
    expect(reloaded).toMatchObject({ logStartOffset: 9, logEndOffset: 10 })
  })

  test('by size takes the oldest while what is left is still enough', () => {
    const { log } = filled({ retentionMs: -1, retentionBytes: size * 5 })
    expect(log.applyRetention(startMs)).toBe(2)
    expect(log.sizeInBytes).toBe(size * 5)
    expect(log.applyRetention(startMs)).toBe(0)
  })

  test('leaves compacted topics alone but for what DeleteRecords has passed', () => {
    const { log } = filled({ retentionMs: 1, cleanupPolicy: { compact: true, delete: false } })
    expect(log.applyRetention(startMs + 1e6)).toBe(0)
    log.deleteRecordsBefore(5)
    expect(log.applyRetention(startMs + 1e6)).toBe(2)
    expect(log.logStartOffset).toBe(5)
    expect(readAll(log)[0]?.baseOffset).toBe(5)
  })

  test('renames the files, removes them later, and a restart removes what is left', async () => {
    const { context, log } = filled({ retentionMs: 1000, fileDeleteDelayMs: 60_000 })
    log.applyRetention(startMs + 1301)
    expect(context.fileNames().filter((name) => name.endsWith('.deleted'))).toEqual([
      '00000000000000000000.index.deleted',
      '00000000000000000000.log.deleted',
      '00000000000000000000.timeindex.deleted',
      '00000000000000000002.index.deleted',
      '00000000000000000002.log.deleted',
      '00000000000000000002.snapshot.deleted',
      '00000000000000000002.timeindex.deleted',
    ])
    await context.clock.advance(60_000)
    expect(context.fileNames().filter((name) => name.endsWith('.deleted'))).toEqual([])
    log.applyRetention(startMs + 1501)
    expect(context.fileNames().filter((name) => name.endsWith('.deleted'))).toHaveLength(4)
    context.reloadAfterKill(log)
    expect(context.fileNames().filter((name) => name.endsWith('.deleted'))).toEqual([])
    expect(context.clock.pending).toBe(0)
  })

  test('moves the start of the leader epochs along', () => {
    const context = new LogContext({ segmentBytes: size * 2, retentionMs: 1000 })
    const log = context.load()
    for (let i = 0; i < 6; i++) append(log, batchOf(1, { timestamp: startMs + i * 100 }), i < 3 ? 1 : 2)
    log.deleteRecordsBefore(2)
    expect(log.leaderEpochs.entries).toEqual([
      { epoch: 1, startOffset: 2 },
      { epoch: 2, startOffset: 3 },
    ])
    log.deleteRecordsBefore(4)
    expect(log.leaderEpochs.entries).toEqual([{ epoch: 2, startOffset: 4 }])
  })
})
