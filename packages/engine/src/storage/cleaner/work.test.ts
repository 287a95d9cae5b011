import { TestClock } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { Pace } from './pace.ts'
import { awaited, BackgroundWork, type Work } from './work.ts'

const always = () => true

describe('work in the background', () => {
  test('is handed what it waits for, and what has gone wrong with it', async () => {
    function* work(): Work<string> {
      const first = yield* awaited(Promise.resolve('a'))
      const second = yield* awaited('b')
      try {
        yield* awaited(Promise.reject(new Error('c')))
      } catch (error) {
        return first + second + (error as Error).message
      }
      return 'nothing'
    }
    expect(await new BackgroundWork(work(), new TestClock(), always).done).toBe('abc')
  })

  test('rests after a moment, and is rejected with what it throws', async () => {
    const clock = new TestClock()
    let steps = 0
    function* work(): Work<void> {
      for (; steps < 10; steps++) {
        clock.jump(0.2)
        yield
      }
      throw new Error('at its end')
    }
    const background = new BackgroundWork(work(), clock, always)
    const turns: number[] = []
    clock.share(() => void turns.push(steps))
    await expect(background.done).rejects.toThrow('at its end')
    expect(turns).toEqual([1])
  })

  test('lets go at once of what it holds, and when nobody wants it', async () => {
    for (const how of ['at once', 'unwanted']) {
      const held = new Set(['file'])
      let isWanted = true
      function* work(): Work<void> {
        try {
          for (;;) yield Promise.resolve()
        } finally {
          held.clear()
        }
      }
      const background = new BackgroundWork(work(), new TestClock(), () => isWanted)
      await new Promise(setImmediate)
      expect(held.size).toBe(1)
      if (how === 'at once') {
        background.letGo()
        expect(held.size).toBe(0)
      } else isWanted = false
      expect(await background.done).toBe(null)
      expect(held.size).toBe(0)
    }
  })
})

test('a pace is kept in the mean, and costs nothing below it', async () => {
  const clock = new TestClock()
  const pace = new Pace(clock, () => 1_000)
  function* work(): Work<number> {
    const before = clock.monotonic()
    for (let i = 0; i < 40; i++) yield* pace.took(100)
    return clock.monotonic() - before
  }
  const { done } = new BackgroundWork(work(), clock, always)
  for (let ms = 0; ms < 5_000; ms += 50) await clock.advance(50)
  expect(await done).toBeGreaterThan(3_500)
  const free = new Pace(clock, () => Number.MAX_VALUE)
  function* quick(): Work<void> {
    for (let i = 0; i < 40; i++) yield* free.took(1 << 30)
  }
  expect(await new BackgroundWork(quick(), clock, always).done).toBe(undefined)
})
