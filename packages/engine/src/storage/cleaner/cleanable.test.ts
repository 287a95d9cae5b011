import { describe, expect, test } from 'vitest'
import { cleanableOf } from './cleanable.ts'

const nowMs = 1_000_000

/** Five segments of ten records and 100 bytes; the last is the active one, and younger ones have later timestamps. */
function log(options: Partial<Parameters<typeof cleanableOf>[0]> = {}, config: object = {}) {
  const segments = [0, 10, 20, 30, 40].map((baseOffset) => ({
    baseOffset,
    size: 100,
    firstTimestamp: nowMs - 50_000 + baseOffset * 1_000,
    largestTimestampMs: () => nowMs - 50_000 + (baseOffset + 9) * 1_000,
  }))
  return {
    config: { minCompactionLagMs: 0, maxCompactionLagMs: 2 ** 63, minCleanableDirtyRatio: 0.5, ...config },
    segments,
    logStartOffset: 0,
    endOffset: 50,
    lastStableOffset: 50,
    cleanedOffset: null,
    ...options,
  }
}

describe('what may be cleaned', () => {
  test.each([
    ['all but the active segment', {}, {}, [0, 40, 1]],
    ['from where the last cleaning has come to', { cleanedOffset: 20 }, {}, [20, 40, 0.5]],
    ['from the middle of a segment', { cleanedOffset: 15 }, {}, [15, 40, 0.6]],
    ['nothing that is not stable, nor what stands in its segment', { lastStableOffset: 25 }, {}, [0, 20, 1]],
    ['nothing where all is clean', { cleanedOffset: 40 }, {}, [40, 40, 0]],
    [
      'nothing where the dirty part is not stable',
      { cleanedOffset: 20, lastStableOffset: 12 },
      {},
      [20, 10, 0],
    ],
    ['nothing of an empty log', { segments: [], endOffset: 0, lastStableOffset: 0 }, {}, [0, 0, 0]],
    ['from the start of a log that has moved', { cleanedOffset: 5, logStartOffset: 12 }, {}, [12, 40, 0.6]],
    ['from its start where a checkpoint is beyond its end', { cleanedOffset: 51 }, {}, [0, 40, 1]],
    ['nothing that is too young', {}, { minCompactionLagMs: 25_000 }, [0, 20, 1]],
    ['nothing at all where all is too young', {}, { minCompactionLagMs: 60_000 }, [0, 0, 0]],
  ])('%s', (_, options, config, [first, end, ratio]) => {
    expect(cleanableOf(log(options, config), nowMs)).toMatchObject({
      firstDirtyOffset: first,
      endOffset: end,
      dirtyRatio: ratio,
    })
  })

  test.each([
    ['more of it is dirty than it may be', { cleanedOffset: 15 }, {}, true],
    ['as much of it is dirty as it may be', { cleanedOffset: 20 }, {}, false],
    ['something has been dirty for too long', { cleanedOffset: 30 }, { maxCompactionLagMs: 19_999 }, true],
    ['nothing has been dirty for too long', { cleanedOffset: 30 }, { maxCompactionLagMs: 20_000 }, false],
    [
      'what has been dirty for too long is out of reach',
      { cleanedOffset: 30, lastStableOffset: 35 },
      { maxCompactionLagMs: 1 },
      false,
    ],
    ['all is clean', { cleanedOffset: 40 }, { minCleanableDirtyRatio: 0, maxCompactionLagMs: 1 }, false],
  ])('a log is due or not where %s', (_, options, config, isDue) => {
    expect(cleanableOf(log(options, config), nowMs).isDue).toBe(isDue)
  })
})
