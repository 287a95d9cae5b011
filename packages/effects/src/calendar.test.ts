import { describe, expect, it } from 'vitest'
import { MovableCalendar } from './calendar.ts'
import { TestClock } from './clock.ts'

describe('a calendar that is moved', () => {
  it('shows another time of day, and runs on at the speed of its clock', async () => {
    const clock = new TestClock()
    const calendar = new MovableCalendar(clock)
    void calendar.advance(1_000)
    await clock.advance(10)
    expect(calendar.records.now() - clock.now()).toBe(1_000)
    expect(calendar.steady.now() - clock.now()).toBe(1_000)
    expect(calendar.records.monotonic()).toBe(clock.monotonic())
  })

  it('makes timers due by the time of day, in their order, and those of sessions only where it is asked to', async () => {
    const clock = new TestClock()
    const calendar = new MovableCalendar(clock)
    const ran: string[] = []
    calendar.records.schedule(2_000, () => ran.push('second'))
    calendar.records.schedule(1_000, () => ran.push('first'))
    calendar.records.schedule(9_000, () => ran.push('later'))
    calendar.records.schedule(1_500, () => ran.push('cancelled')).cancel()
    calendar.sessions.schedule(1_000, () => ran.push('session'))
    calendar.steady.schedule(1_000, () => ran.push('steady'))
    const moved = calendar.advance(5_000)
    await clock.advance(0)
    await moved
    expect(ran).toEqual(['first', 'second'])
    await clock.advance(4_000)
    expect(ran).toEqual(['first', 'second', 'session', 'steady', 'later'])
    calendar.sessions.schedule(1_000, () => ran.push('another session'))
    const again = calendar.advance(1_000, { sessions: true })
    await clock.advance(0)
    await again
    expect(ran.at(-1)).toBe('another session')
  })

  it('is waited for by all who move it at the same time', async () => {
    const clock = new TestClock()
    const calendar = new MovableCalendar(clock)
    const ran: string[] = []
    calendar.records.schedule(100, () => ran.push('due'))
    const moved = Promise.all([calendar.advance(1_000), calendar.advance(1_000)])
    await clock.advance(0)
    await moved
    expect(ran).toEqual(['due'])
  })

  it('waits for nothing that is cancelled meanwhile', async () => {
    const clock = new TestClock()
    const calendar = new MovableCalendar(clock)
    const timer = calendar.records.schedule(100, () => {})
    const moved = calendar.advance(1_000)
    timer.cancel()
    await moved
  })
})
