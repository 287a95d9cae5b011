import { TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { Allowance } from './allowance.ts'

describe('an allowance', () => {
  it('is a second’s worth at first, and comes back with time', async () => {
    const clock = new TestClock()
    const allowance = new Allowance(10, clock)
    expect(allowance.has(10)).toBe(true)
    allowance.spend(8)
    expect(allowance.has(3)).toBe(false)
    await clock.advance(100)
    expect(allowance.has(3)).toBe(true)
    await clock.advance(10_000)
    allowance.spend(10)
    expect(allowance.has(1)).toBe(false)
  })

  it('gives something larger than a second’s worth when it is full, and is owed for it', async () => {
    const clock = new TestClock()
    const allowance = new Allowance(10, clock)
    expect(allowance.has(50)).toBe(true)
    allowance.spend(50)
    expect(allowance.waitMs).toBe(4_000)
    await clock.advance(4_000)
    expect(allowance.waitMs).toBe(0)
    expect(allowance.has(1)).toBe(false)
    await clock.advance(100)
    expect(allowance.has(1)).toBe(true)
  })
})
