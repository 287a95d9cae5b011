import { Deferred, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { withProgress } from './progress.ts'

describe('the progress of something', () => {
  it('is told each second from two on, until it ends', async () => {
    const clock = new TestClock()
    const work = new Deferred<string>()
    const told: number[] = []
    const done = withProgress(clock, work.promise, (seconds) => told.push(seconds))
    await clock.advance(1_900)
    expect(told).toEqual([])
    await clock.advance(2_100)
    expect(told).toEqual([2, 3, 4])
    work.resolve('made')
    expect(await done).toBe('made')
    expect(clock.pending).toBe(0)
  })

  it('ends with a failure too', async () => {
    const clock = new TestClock()
    await expect(withProgress(clock, Promise.reject(new Error('no')), () => {})).rejects.toThrow('no')
    expect(clock.pending).toBe(0)
  })
})
