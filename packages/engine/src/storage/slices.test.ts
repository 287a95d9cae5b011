import { TestClock } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import { atOnce, inSlices, type Steps } from './slices.ts'

const unaborted = new AbortController().signal

/** Steps of some milliseconds each; notes what it does. */
function* work(clock: TestClock, steps: number, stepMs: number, notes: string[]): Steps<string> {
  try {
    for (let step = 1; step <= steps; step++) {
      clock.jump(stepMs)
      notes.push(`step ${step}`)
      yield
    }
    return 'done'
  } finally {
    notes.push('let go')
  }
}

describe('work in steps', () => {
  test('is done at once where nobody else waits', () => {
    const notes: string[] = []
    expect(atOnce(work(new TestClock(), 2, 100, notes))).toBe('done')
    expect(notes).toEqual(['step 1', 'step 2', 'let go'])
  })

  test('leaves the event loop to others after each slice of about 10 ms', async () => {
    const clock = new TestClock()
    const notes: string[] = []
    const done = inSlices(work(clock, 7, 4, notes), clock, unaborted)
    for (let turn = 1; turn <= 2; turn++) clock.defer(() => notes.push(`turn ${turn}`))
    expect(await done).toBe('done')
    expect(notes).toEqual([
      ...['step 1', 'step 2', 'step 3'],
      ...['step 4', 'step 5', 'step 6', 'turn 1', 'turn 2'],
      ...['step 7', 'let go'],
    ])
  })

  test('ends with what a step throws', async () => {
    const clock = new TestClock()
    function* failing(): Steps {
      clock.jump(20)
      yield
      throw new Error('the disk fails')
    }
    await expect(inSlices(failing(), clock, unaborted)).rejects.toThrow('the disk fails')
  })

  test('is given up on an abort, and lets go of what it holds before that is told', async () => {
    const clock = new TestClock()
    const notes: string[] = []
    const abort = new AbortController()
    const done = inSlices(work(clock, 9, 20, notes), clock, abort.signal)
    abort.abort(new Error('the broker stops'))
    await expect(done).rejects.toThrow('the broker stops')
    expect(notes).toEqual(['step 1', 'let go'])
  })
})
