import { TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { QuotasImage } from '../metadata/quotas-image.ts'
import { Counters } from './counters.ts'
import { RateQuota } from './rate-quota.ts'

const name = 'producer_byte_rate'
const alice = { user: 'alice', clientId: 'app' }
const bob = { user: 'bob', clientId: 'app' }

/** A thousand bytes a second for each user, in eleven samples of a second. */
function quotaOf(throttleMsMax?: number) {
  const clock = new TestClock()
  const quotas = new QuotasImage()
  const set = (value: number, remove = false) =>
    quotas.replay({ entity: [{ entityType: 'user', entityName: null }], key: name, value, remove })
  set(1_000)
  const sampling = { sampleMs: 1_000, samplesMax: 11 }
  const quota = new RateQuota({ name, clock, quotas, sampling, ...(throttleMsMax && { throttleMsMax }) })
  return { clock, quota, set }
}

describe('a rate', () => {
  it('lets ten seconds’ worth be taken at once, and slows down for what is beyond that', () => {
    const { quota } = quotaOf()
    expect(quota.mostAtOnce(alice)).toBe(10_000)
    expect(quota.record(alice, 10_000)).toBe(0)
    // What is beyond it comes in two and a half seconds.
    expect(quota.record(alice, 2_500)).toBe(2_500)
    expect(quota.record(bob, 10_000)).toBe(0)
  })

  it('is kept over any time by whoever waits as they are told', async () => {
    const { clock, quota } = quotaOf()
    let taken = 0
    let elapsedMs = 0
    while (elapsedMs < 600_000) {
      taken += 3_000
      const waitMs = Math.max(quota.record(alice, 3_000), 10)
      elapsedMs += waitMs
      await clock.advance(waitMs)
    }
    const perSecond = (taken / elapsedMs) * 1_000
    expect(perSecond).toBeGreaterThan(900)
    expect(perSecond).toBeLessThan(1_100)
  })

  it('forgets what is longer ago than its samples', async () => {
    const { clock, quota } = quotaOf()
    expect(quota.record(alice, 50_000)).toBe(40_000)
    await clock.advance(11_000)
    expect(quota.record(alice, 10_000)).toBe(0)
  })

  it('does not count what has not been taken after all', () => {
    const { quota } = quotaOf()
    expect(quota.record(alice, 20_000)).toBe(10_000)
    quota.takeBack(alice, 20_000)
    expect(quota.record(alice, 10_000)).toBe(0)
  })

  it('slows nobody down for longer at once than it may', () => {
    expect(quotaOf(1_000).quota.record(alice, 50_000)).toBe(1_000)
  })

  it('holds as the metadata have it now', () => {
    const { quota, set } = quotaOf()
    quota.record(alice, 10_000)
    set(2_000)
    quota.review()
    expect(quota.record(alice, 10_000)).toBe(0)
    set(0, true)
    quota.review()
    expect(quota.isSet).toBe(false)
    expect(quota.record(alice, 1_000_000)).toBe(0)
  })
})

describe('counters', () => {
  it('of those who have been silent for an hour go', () => {
    const counters = new Counters(() => ({}))
    const first = counters.of('a', 0)
    counters.of('b', 1_000)
    expect(counters.of('a', 2_000)).toBe(first)
    counters.of('c', 3_601_500)
    expect(counters.size).toBe(2)
    expect(counters.of('a', 3_601_500)).toBe(first)
  })

  it('are no more than so many: the one that was used longest ago goes', () => {
    const counters = new Counters(() => ({}))
    const first = counters.of('0', 0)
    const second = counters.of('1', 0)
    for (let key = 2; key < 50_000; key++) counters.of(String(key), 0)
    expect(counters.of('0', 0)).toBe(first)
    counters.of('one more', 0)
    expect(counters.size).toBe(50_000)
    expect(counters.of('0', 0)).toBe(first)
    expect(counters.of('1', 0)).not.toBe(second)
  })
})
