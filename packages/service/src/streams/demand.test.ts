import { describe, expect, it } from 'vitest'
import { type Demand, shardsWanted, withPeak } from './demand.ts'

const dayMs = 86_400_000
const startMs = 20_000 * dayMs

const wanted = (demand: Demand, nowMs: number, more: { present?: number; warm?: number } = {}) =>
  shardsWanted(demand, { nowMs, present: 4, warm: 0, max: 200, ...more })

describe('a stream on demand', () => {
  it('has shards for twice the peak, and never fewer than four', () => {
    const of = (shards: number) => wanted(withPeak(undefined, startMs, shards), startMs)
    expect([0, 0.1, 2, 2.1, 4, 4.5, 31].map(of)).toEqual([4, 4, 4, 8, 8, 16, 64])
  })

  it('has no more than a stream may have, and no fewer than it is kept warm for', () => {
    const demand = withPeak(undefined, startMs, 150)
    expect(wanted(demand, startMs)).toBe(200)
    expect(wanted(demand, startMs, { present: 256 })).toBe(256)
    expect(wanted(withPeak(undefined, startMs, 1), startMs, { warm: 9 })).toBe(16)
  })

  it('remembers a peak for 30 days, and gives shards back when nothing has needed them so long', () => {
    let demand = withPeak(undefined, startMs, 8)
    for (let day = 1; day < 30; day++) demand = withPeak(demand, startMs + day * dayMs, 1)
    expect(wanted(demand, startMs + 29 * dayMs, { present: 16 })).toBe(16)
    expect(wanted(demand, startMs + 30 * dayMs, { present: 16 })).toBe(4)
    expect(demand.peaks).toHaveLength(30)
  })

  it('keeps what it had before it was on demand until 30 days are known', () => {
    const demand = withPeak(undefined, startMs, 0)
    expect(wanted(demand, startMs + 29 * dayMs, { present: 24 })).toBe(24)
    expect(wanted(demand, startMs + 30 * dayMs, { present: 24 })).toBe(6)
  })

  it('is written anew for a peak alone', () => {
    const demand = withPeak(withPeak(undefined, startMs, 2), startMs + 60_000, 3)
    expect(demand.peaks).toEqual([{ day: 20_000, shards: 3 }])
    expect(withPeak(demand, startMs + 120_000, 2.9)).toBe(demand)
    expect(withPeak(demand, startMs + dayMs, 0)).toBe(demand)
  })
})
