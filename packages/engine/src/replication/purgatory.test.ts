import { TestClock } from '@sluice/effects'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Purgatory } from './purgatory.ts'

const timedOut = 7

function waiter(log: string[], name: string) {
  return {
    committed: () => void log.push(`${name} committed`),
    failed: (error: number) => void log.push(`${name} failed ${error}`),
  }
}

describe('Purgatory', () => {
  it('completes waiters in order as the high watermark passes them', () => {
    const log: string[] = []
    const purgatory = new Purgatory(new TestClock(), timedOut)
    purgatory.wait(5, 1000, waiter(log, 'a'))
    purgatory.wait(8, 1000, waiter(log, 'b'))
    purgatory.advance(4)
    expect(log).toEqual([])
    purgatory.advance(7)
    expect(log).toEqual(['a committed'])
    purgatory.advance(8)
    expect(log).toEqual(['a committed', 'b committed'])
    expect(purgatory.size).toBe(0)
  })

  it('completes a retry that waits for an older offset before what came earlier and waits for more', () => {
    const log: string[] = []
    const purgatory = new Purgatory(new TestClock(), timedOut)
    purgatory.wait(5, 1000, waiter(log, 'a'))
    purgatory.wait(20, 1000, waiter(log, 'c'))
    purgatory.wait(10, 1000, waiter(log, 'b'))
    purgatory.wait(10, 1000, waiter(log, 'b again'))
    purgatory.advance(15)
    expect(log).toEqual(['a committed', 'b committed', 'b again committed'])
    purgatory.wait(17, 1000, waiter(log, 'late'))
    purgatory.advance(20)
    expect(log.slice(3)).toEqual(['late committed', 'c committed'])
  })

  it('answers everyone whose offset the high watermark has passed, in order of offsets, and nobody else', () => {
    const step = fc.oneof(
      fc.record({ waitFor: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ advanceTo: fc.integer({ min: 1, max: 30 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const purgatory = new Purgatory(new TestClock(), timedOut)
        let waiting: number[] = []
        let answered: number[] = []
        for (const each of steps) {
          if ('waitFor' in each) {
            const offset = each.waitFor
            purgatory.wait(offset, Infinity, { committed: () => void answered.push(offset), failed() {} })
            waiting.push(offset)
            continue
          }
          answered = []
          purgatory.advance(each.advanceTo)
          const passed = waiting.filter((offset) => offset <= each.advanceTo)
          expect(answered).toEqual(passed.toSorted((a, b) => a - b))
          waiting = waiting.filter((offset) => offset > each.advanceTo)
          expect(purgatory.size).toBe(waiting.length)
        }
      }),
    )
  })

  it('fails a waiter whose time is over and leaves the others', async () => {
    const log: string[] = []
    const clock = new TestClock()
    const purgatory = new Purgatory(clock, timedOut)
    purgatory.wait(1, 100, waiter(log, 'short'))
    purgatory.wait(2, 1000, waiter(log, 'long'))
    await clock.advance(100)
    expect(log).toEqual(['short failed 7'])
    purgatory.advance(2)
    expect(log).toEqual(['short failed 7', 'long committed'])
    expect(clock.pending).toBe(0)
  })

  it('fails everyone when the leader resigns, once', async () => {
    const log: string[] = []
    const clock = new TestClock()
    const purgatory = new Purgatory(clock, timedOut)
    purgatory.wait(1, 100, waiter(log, 'a'))
    purgatory.failAll(6)
    purgatory.advance(10)
    await clock.advance(1000)
    expect(log).toEqual(['a failed 6'])
  })
})
