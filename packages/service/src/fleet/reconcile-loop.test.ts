import { Deferred, silentLogger, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { type Outcome, ReconcileLoop } from './reconcile-loop.ts'

function setUp(outcomes: (Outcome | Error)[] = []) {
  const clock = new TestClock()
  const runs: { key: string; at: number }[] = []
  let gate: Promise<void> = Promise.resolve()
  let most = 0
  let now = 0
  const loop = new ReconcileLoop(clock, silentLogger, async (key) => {
    runs.push({ key, at: clock.monotonic() })
    most = Math.max(most, ++now)
    await gate
    now--
    const outcome = outcomes.shift() ?? 'settled'
    if (outcome instanceof Error) throw outcome
    return outcome
  })
  const hold = () => {
    const held = new Deferred<void>()
    gate = held.promise
    return () => held.resolve()
  }
  return { clock, loop, runs, hold, atOnce: () => most }
}

describe('the reconcile loop', () => {
  it('runs once for a trigger, and idle waits for it', async () => {
    const { loop, runs } = setUp()
    loop.trigger('a')
    await loop.idle('a')
    expect(runs).toHaveLength(1)
    await loop.idle('never triggered')
  })

  it('looks from time to time at what it watches, and tries again as quickly as ever', async () => {
    const { clock, loop, runs } = setUp(['watching', 'watching', 'watching', 'retry', 'watching', 'settled'])
    loop.trigger('a')
    await clock.advance(90_000)
    await clock.advance(100)
    await clock.advance(90_000)
    expect(runs.map(({ at }) => at - (runs[0]?.at ?? 0))).toEqual([
      0, 30_000, 60_000, 90_000, 90_100, 120_100,
    ])
  })

  it('makes one more run of any number of triggers during a run, one at a time', async () => {
    const { loop, runs, hold, atOnce } = setUp()
    const release = hold()
    for (let i = 0; i < 5; i++) loop.trigger('a')
    release()
    await loop.idle('a')
    expect(runs).toHaveLength(2)
    expect(atOnce()).toBe(1)
  })

  it('does not let one cluster wait for another', async () => {
    const { loop, runs, hold } = setUp()
    const release = hold()
    loop.trigger('a')
    loop.trigger('b')
    expect(runs.map(({ key }) => key)).toEqual(['a', 'b'])
    release()
    await Promise.all([loop.idle('a'), loop.idle('b')])
  })

  it('comes back with growing delay until it settles, bugs included', async () => {
    const { clock, loop, runs } = setUp(['retry', new Error('a bug'), 'retry', 'settled'])
    loop.trigger('a')
    await clock.advance(60_000)
    expect(runs.map(({ at }) => at)).toEqual([0, 100, 300, 700])
    expect(clock.pending).toBe(0)
  })

  it('looks soon and again at what takes its time, and then retries as quickly as ever', async () => {
    const waits = Array.from({ length: 8 }, (): Outcome => 'waiting')
    const { clock, loop, runs } = setUp([...waits, 'settled', 'retry', 'waiting', 'retry', 'settled'])
    loop.trigger('a')
    await clock.advance(20_000)
    expect(runs.map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300])
    loop.trigger('a')
    await clock.advance(1_000)
    expect(runs.slice(9).map(({ at }) => at)).toEqual([20_000, 20_100, 20_200, 20_400])
    expect(clock.pending).toBe(0)
  })

  it('bounds the delay', async () => {
    const { clock, loop, runs } = setUp(Array.from({ length: 20 }, () => 'retry' as const))
    loop.trigger('a')
    await clock.advance(600_000)
    const gaps = runs.map(({ at }, index) => at - (runs[index - 1]?.at ?? 0))
    expect(Math.max(...gaps)).toBe(30_000)
    await loop.stop()
  })

  it('runs at once when triggered during a delay', async () => {
    const { clock, loop, runs } = setUp(['retry', 'settled'])
    loop.trigger('a')
    await loop.idle('a')
    loop.trigger('a')
    await loop.idle('a')
    expect(runs).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('does not grow the delay when it is triggered before it is over', async () => {
    const { clock, loop, runs } = setUp(['retry', 'retry', 'retry', 'retry', 'settled'])
    loop.trigger('a')
    for (const _ of [10, 20]) {
      await clock.advance(10)
      loop.trigger('a')
    }
    await clock.advance(1_000)
    expect(runs.map(({ at }) => at)).toEqual([0, 10, 20, 120, 320])
  })

  it('keeps the delay of what settles and fails again at once, and forgets it later', async () => {
    const { clock, loop, runs } = setUp(['retry', 'retry', 'settled', 'retry', 'settled', 'retry', 'settled'])
    loop.trigger('a')
    await clock.advance(450)
    expect(runs.map(({ at }) => at)).toEqual([0, 100, 300])
    loop.trigger('a')
    await clock.advance(10_000)
    expect(runs.slice(3).map(({ at }) => at)).toEqual([450, 850])
    await clock.advance(60_000)
    loop.trigger('a')
    await clock.advance(1_000)
    expect(runs.slice(5).map(({ at }) => at)).toEqual([70_450, 70_550])
  })

  it('halves the delay of what was well for as long as it had to wait', async () => {
    const failing = Array.from({ length: 4 }, (): Outcome => 'retry')
    const { clock, loop, runs } = setUp([...failing, 'settled', 'retry', 'settled', 'retry', 'settled'])
    loop.trigger('a')
    await clock.advance(1_500)
    expect(runs.map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_500])
    await clock.advance(800)
    loop.trigger('a')
    await clock.advance(400)
    expect(runs.slice(5).map(({ at }) => at)).toEqual([2_300, 2_700])
    // And less than that is not enough.
    await clock.advance(399)
    loop.trigger('a')
    await clock.advance(800)
    expect(runs.slice(7).map(({ at }) => at)).toEqual([3_099, 3_899])
  })

  it('starts nothing after stop, which waits for the run that is under way', async () => {
    const { clock, loop, runs, hold } = setUp(['retry'])
    const release = hold()
    loop.trigger('a')
    let stopped = false
    const stopping = loop.stop().then(() => {
      stopped = true
    })
    await clock.advance(0)
    expect(stopped).toBe(false)
    release()
    await stopping
    loop.trigger('a')
    await clock.advance(60_000)
    expect(runs).toHaveLength(1)
  })
})
