import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rebootBroker } from './clusters/changes/reboot.ts'
import type { Hosting } from './engines/engine.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// Brokers that are stopped on purpose.

describe.each<Hosting>(['inline', 'process'])(
  'a broker stopped on purpose, hosted %s',
  { timeout: 60_000 },
  (hosting) => {
    let world: EmbeddedFleet

    beforeEach(async () => {
      world = new EmbeddedFleet({}, { hosting })
      await world.driven(world.fleet.start())
      world.create('demo')
      await becomes('ACTIVE', [1, 2, 3])
    })

    afterEach(() => world.driven(world.fleet.stop()))

    const hold = (nodeId: number, isHeld: boolean) => world.fleet.holdBroker('demo', nodeId, isHeld)
    const status = () => {
      const [found] = world.fleet.status()
      return { state: found?.state, brokers: found?.brokers.map(({ id }) => id), info: found?.stateInfo }
    }
    const becomes = (state: string, brokers: number[], info: unknown = null) =>
      world.eventually(() => expect(status()).toMatchObject({ state, brokers, info }))
    const info = (which: string) => ({
      code: 'BROKER_STOPPED',
      message: `${which} stopped on purpose, until \`sluice broker start\` or the next start of the service.`,
    })

    it('stays so while the others serve, refuses changes, and comes back', async () => {
      expect(hold(2, true)).toBeNull()
      await becomes('HEALING', [1, 3], info('Broker 2 is'))
      await world.clock.advance(120_000)
      await becomes('HEALING', [1, 3], info('Broker 2 is'))
      const record = world.fleet.clusters.byName('demo')
      if (!record) throw new Error('there is the cluster')
      expect(world.fleet.clusters.update(record, rebootBroker(['1']), 'id')).toHaveProperty('refusal')
      expect(hold(3, true)).toBeNull()
      await becomes('HEALING', [1], info('Brokers 2, 3 are'))
      expect(hold(2, false)).toBeNull()
      await becomes('HEALING', [1, 2], info('Broker 3 is'))
      expect(hold(3, false)).toBeNull()
      await becomes('ACTIVE', [1, 2, 3])
    })

    it('is one that there is, of a cluster that runs', () => {
      expect(hold(4, true)).toBe('demo has no broker 4.')
      expect(world.fleet.holdBroker('other', 1, true)).toBe('There is no cluster other that runs.')
    })
  },
)
