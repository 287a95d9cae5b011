import { TestClock } from '@sluice/effects'
import { expect, it } from 'vitest'
import { Subscriptions } from './subscriptions.ts'

const arn = 'arn:aws:kinesis:eu-central-1:000000000000:stream/clicks/consumer/one:1'

it('begins none of the same consumer and shard within five seconds of another, whether that has ended or not', () => {
  const clock = new TestClock()
  const subscriptions = new Subscriptions(clock)
  const first = subscriptions.begin(arn, 0)
  expect(subscriptions.begin(arn, 0)).toBeNull()
  if (first) subscriptions.end(arn, 0, first)
  expect(subscriptions.begin(arn, 0)).toBeNull()
  expect(subscriptions.begin(arn, 1)).not.toBeNull()
  expect(subscriptions.begin(`${arn}0`, 0)).not.toBeNull()
  clock.jump(4_999)
  expect(subscriptions.begin(arn, 0)).toBeNull()
  clock.jump(1)
  // What was refused has not begun.
  expect(subscriptions.begin(arn, 0)).not.toBeNull()
  expect(subscriptions.begin(arn, 0)).toBeNull()
})

it('takes the place of one that is older, and of one that began later by a clock that was put back', () => {
  const clock = new TestClock()
  const subscriptions = new Subscriptions(clock)
  const first = subscriptions.begin(arn, 0)
  clock.jump(5_000)
  const second = subscriptions.begin(arn, 0)
  expect([first?.isTakenOver, second?.isTakenOver]).toEqual([true, false])
  clock.moveWallClock(-60_000)
  expect(subscriptions.begin(arn, 0)).not.toBeNull()
  expect(second?.isTakenOver).toBe(true)
})
