import { TestClock } from '@sluice/effects'
import { beforeEach, expect, it } from 'vitest'
import { HangWatch, hangMs } from './hang-watch.ts'

let clock: TestClock
let hangs: number
let doubts: number
let asked: number
/** What becomes of a question. */
let answer: () => Promise<unknown>

const silence = () => new Promise(() => {})
const refusal = () => Promise.reject(new Error('ECONNREFUSED'))

beforeEach(() => {
  clock = new TestClock()
  hangs = 0
  doubts = 0
  asked = 0
  answer = () => Promise.resolve()
})

function begin(): HangWatch {
  const ask = () => {
    asked++
    return answer()
  }
  const watch = new HangWatch({ clock, ask, onDoubt: () => doubts++, onHang: () => hangs++ })
  watch.begin()
  return watch
}

it('whoever answers does not hang, nor who refuses', async () => {
  begin()
  await clock.advance(2 * hangMs)
  answer = refusal
  await clock.advance(2 * hangMs)
  expect(asked).toBeGreaterThan(10)
  expect([doubts, hangs]).toEqual([0, 0])
})

it('whoever gives no answer for long hangs, once', async () => {
  begin()
  answer = silence
  await clock.advance(hangMs - 1)
  expect(hangs).toBe(0)
  await clock.advance(1)
  expect(hangs).toBe(1)
  await clock.advance(2 * hangMs)
  expect(hangs).toBe(1)
})

it('one answer in between is a sign of life', async () => {
  const watch = begin()
  answer = silence
  // Two looks have been in vain.
  await clock.advance(15_000)
  expect([doubts, watch.isSilent]).toEqual([2, true])
  answer = () => Promise.resolve()
  await clock.advance(1_500)
  expect([doubts, watch.isSilent]).toEqual([3, false])
  answer = silence
  await clock.advance(15_000)
  expect(hangs).toBe(0)
})

it('a watch that has ended asks nobody, and a new one counts anew', async () => {
  const watch = begin()
  answer = silence
  await clock.advance(hangMs - 1)
  watch.end()
  await clock.advance(hangMs)
  expect(hangs).toBe(0)
  watch.begin()
  await clock.advance(hangMs - 1)
  expect(hangs).toBe(0)
  await clock.advance(1)
  expect(hangs).toBe(1)
})
