import { seededRandom, TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { ClusterTap } from './cluster-tap.ts'

const begin = () => {
  const clock = new TestClock()
  return { clock, tap: new ClusterTap({ clock, random: seededRandom(1) }) }
}

it('listens while somebody asks, and for ten seconds more', async () => {
  const { clock, tap } = begin()
  expect(tap.tap.isOpen).toBe(false)
  const { session } = tap.ask({ api: 'Produce' })
  await clock.advance(9_000)
  expect(tap.ask({ session })).toEqual({ session, exchanges: [], missed: 0 })
  await clock.advance(9_000)
  expect(tap.tap.isOpen).toBe(true)
  await clock.advance(1_500)
  expect(tap.tap.isOpen).toBe(false)
  expect(() => tap.ask({ session })).toThrow(/Nobody listens/)
})

it('refuses what would never be heard, and more than sixteen', () => {
  const { tap } = begin()
  expect(() => tap.ask({ api: 'Produces' })).toThrow(/no API "Produces"/)
  const sessions = Array.from({ length: 16 }, () => tap.ask({}).session)
  expect(() => tap.ask({})).toThrow(/Too many/)
  tap.end(sessions[0] ?? '')
  tap.ask({})
  tap.endAll()
  expect(tap.tap.isOpen).toBe(false)
})
