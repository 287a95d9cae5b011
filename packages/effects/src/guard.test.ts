import { describe, expect, it } from 'vitest'
import { AssertionFailure } from './assert.ts'
import { TestClock } from './clock.ts'
import { guardedClock, NodeGuard, raise, thrownMidway } from './guard.ts'

const bug = new AssertionFailure('a bug')

function node() {
  const failures: Error[] = []
  const guard = new NodeGuard((failure) => void failures.push(failure))
  const clock = new TestClock()
  return { failures, guard, clock, guarded: guardedClock(clock, guard.run) }
}

const throws = () => {
  throw bug
}

describe('a guard', () => {
  it('fails its node of the first throw, and tells it once', () => {
    const { failures, guard } = node()
    guard.run(() => {})
    expect(guard.failure).toBeNull()
    guard.run(throws)
    guard.run(() => {
      throw new Error('in the ruins')
    })
    expect(guard.failure).toBe(bug)
    expect(failures).toEqual([bug])
  })

  it('hears of work that goes on by itself', async () => {
    const { failures, guard } = node()
    guard.watch(Promise.resolve())
    guard.watch(Promise.reject(bug))
    await Promise.resolve()
    expect(failures).toEqual([bug])
  })
})

describe('a guarded clock', () => {
  it('tells the time of the clock behind it', async () => {
    const { clock, guarded } = node()
    const slept = guarded.sleep(40)
    await clock.advance(40)
    await slept
    expect([guarded.now(), guarded.monotonic()]).toEqual([clock.now(), 40])
  })

  it('takes what a timer throws to the guard, and the clock goes on', async () => {
    const { clock, guarded, failures } = node()
    const ran: string[] = []
    guarded.schedule(10, throws)
    guarded.schedule(20, () => ran.push('later'))
    guarded.schedule(20, () => ran.push('cancelled')).cancel()
    await clock.advance(30)
    expect(failures).toEqual([bug])
    expect(ran).toEqual(['later'])
  })

  it('takes deferred and raised bugs there too', async () => {
    for (const later of [node(), node()].entries()) {
      const [which, { clock, guarded, failures }] = later
      if (which === 0) guarded.defer(throws)
      else raise(guarded, bug)
      expect(failures).toEqual([])
      await clock.advance(0)
      expect(failures).toEqual([bug])
    }
  })
})

describe('an error that was thrown midway', () => {
  it('is a bug of the node, unless the system refused something', () => {
    const ordinary = new TypeError('x is not a function')
    const seen = thrownMidway(ordinary)
    expect(seen).toBeInstanceOf(AssertionFailure)
    expect(seen).toMatchObject({ message: ordinary.message, cause: ordinary })
    expect(thrownMidway(bug)).toBe(bug)
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
    expect(thrownMidway(full)).toBe(full)
  })
})
