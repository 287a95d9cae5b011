import {
  monotonic,
  plainCalendar,
  silentLogger,
  systemClock,
  systemNetwork,
  systemRandom,
} from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { Companion } from './companion.ts'

// Brokers that do not become a cluster of the API: whoever has started them is told why, and does not wait for ever.

/** Nobody listens there. */
const address = { host: '127.0.0.1', port: 1 }
const refuse = (what: string, { code, why }: { code: string; why: string }) =>
  new Error(`${code}: ${what} ${why}`)

function start(running: () => number[]) {
  const clock = hastyClock()
  const world = { clock, calendar: plainCalendar(clock), network: systemNetwork(), random: systemRandom() }
  return new Companion({ ...world, logger: silentLogger }).startMsk(
    {
      clusterId: 'given',
      running: () => running().map((nodeId) => ({ nodeId, client: address, inner: address })),
      start: async () => {},
      stop: async () => {},
      figures: () => [],
    },
    refuse,
  )
}

/** Whoever sleeps has slept a thousand times as long. */
function hastyClock() {
  const system = systemClock()
  let aheadMs = 0
  const sleep = (ms: number) => {
    aheadMs += 1_000 * ms
    return system.sleep(ms)
  }
  return { ...system, sleep, monotonic: () => monotonic() + aheadMs }
}

describe('a cluster that brokers do not become', { timeout: 60_000 }, () => {
  it('is given up when it FAILED, with its stateInfo', async () => {
    // They are gone when the cluster looks for them.
    const looks = [[1, 2]]
    await expect(start(() => looks.pop() ?? [])).rejects.toThrow(
      /MSK_CLUSTER: .* GIVEN_BROKERS: .*Broker 1 does not run/,
    )
  })

  it('is given up after a minute, with what is missing', async () => {
    await expect(start(() => [1, 2])).rejects.toThrow(
      /MSK_CLUSTER: .* It is CREATING after 60 s\. .*The cluster does not answer: .*ECONNREFUSED/,
    )
  })
})
