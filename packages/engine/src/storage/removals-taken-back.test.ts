import { describe, expect, test } from 'vitest'
import { FileCache } from './file-cache.ts'
import type { Log } from './log.ts'
import type { Loss } from './losses.ts'
import { append, batchOf, LogContext, readAll, valuesOf } from './testing/log-context.ts'

// A power cut takes back what was done to names, and leaves what was written to files whose names stayed.

/** A follower's log of two segments of three records each, all durable, of epoch 1. */
function twoSegments(): { context: LogContext; log: Log } {
  const context = new LogContext({ segmentBytes: 300 })
  const log = context.load()
  for (let i = 0; i < 6; i++) append(log, batchOf(1, { value: `old ${i}` }), 1)
  log.flushSync()
  return { context, log }
}

function afterPowerCut(context: LogContext, recoveryPoint: number, losses: Loss[] = []): Log {
  context.disk = context.disk.afterCrash({ content: (_path, _synced, written) => written, names: () => 0 })
  context.files = new FileCache(context.disk)
  return context.load({ clean: false, recoveryPoint, onLoss: (loss) => void losses.push(loss) })
}

const logNames = (context: LogContext) => context.fileNames().filter((name) => name.endsWith('.log'))

describe('a segment whose removal a power cut has taken back', () => {
  // By the checkpoint, which may be from before the cut.
  test.each([2, 6])(
    'goes where what stands in front of it is of a later epoch, with a recovery point of %i',
    (recoveryPoint) => {
      const { context, log } = twoSegments()
      log.truncateTo(2)
      append(log, batchOf(1, { value: 'new' }), 2)
      expect(logNames(context)).toEqual(['00000000000000000000.log'])
      const losses: Loss[] = []
      const found = afterPowerCut(context, recoveryPoint, losses)
      expect(valuesOf(readAll(found))).toEqual(['old 0-0', 'old 1-0', 'new-0'])
      expect(losses).toMatchObject([{ kind: 'log cut', offset: 3, records: 3 }])
      expect(found.leaderEpochs.entries).toEqual([
        { epoch: 1, startOffset: 0 },
        { epoch: 2, startOffset: 2 },
      ])
      expect(append(found, batchOf(1), 3)).toMatchObject({ baseOffset: 3 })
    },
  )

  test.each([2, 6])(
    'goes where its offsets stand in front of it, too, with a recovery point of %i',
    (recoveryPoint) => {
      const { context, log } = twoSegments()
      log.truncateTo(2)
      append(log, batchOf(2, { value: 'new' }), 2)
      expect(logNames(context)).toEqual(['00000000000000000000.log'])
      const found = afterPowerCut(context, recoveryPoint)
      expect(valuesOf(readAll(found))).toEqual(['old 0-0', 'old 1-0', 'new-0', 'new-1'])
      expect(found.logEndOffset).toBe(4)
      expect(logNames(context)).toEqual(['00000000000000000000.log'])
    },
  )
})

test('batches of an older format, which have no epoch, stand anywhere', () => {
  const context = new LogContext()
  const log = context.load()
  for (const epoch of [2, -1, 2]) append(log, batchOf(1), epoch)
  expect(context.reloadAfterKill(log).logEndOffset).toBe(3)
})
