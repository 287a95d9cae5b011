import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { updateMonitoring } from './clusters/changes/monitoring.ts'
import type { Hosting } from './engines/engine.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// What brokers log, from their own files to the log group of their cluster.

describe.each<Hosting>(['inline', 'process'])(
  'the logs of brokers hosted %s',
  { timeout: 60_000 },
  (hosting) => {
    let world: EmbeddedFleet

    beforeEach(async () => {
      world = new EmbeddedFleet({}, { hosting })
      await world.driven(world.fleet.start())
      world.fleet.logs.groups.create('brokers', { kmsKeyId: null, logGroupClass: 'STANDARD', tags: {} })
      world.create('demo')
      await world.eventually(() => expect(world.fleet.status()[0]?.state).toBe('ACTIVE'))
    })

    afterEach(() => world.driven(world.fleet.stop()))

    const cluster = () => {
      const record = world.fleet.clusters.byName('demo')
      if (!record) throw new Error('there is the cluster')
      return record
    }
    const setLogs = (Enabled: boolean) => {
      const record = cluster()
      const loggingInfo = { BrokerLogs: { CloudWatchLogs: { Enabled, LogGroup: 'brokers' } } }
      const result = world.fleet.clusters.update(
        record,
        updateMonitoring({ loggingInfo }, record.currentVersion),
        'id',
      )
      expect(result).not.toHaveProperty('refusal')
      return world.eventually(() => expect(world.fleet.status()[0]?.state).toBe('ACTIVE'))
    }
    const messages = () => {
      const { groups } = world.fleet.logs
      const group = groups.find('brokers')
      return (group ? groups.streams(group) : []).map((stream) => ({
        name: stream.name,
        texts: [...stream.from(0)].map(({ message }) => message),
      }))
    }

    it('come once UpdateMonitoring has asked for them, and end with it', async () => {
      await setLogs(true)
      const { uuid } = cluster()
      await world.eventually(() => {
        const found = messages()
        expect(found.map(({ name }) => name)).toEqual([1, 2, 3].map((id) => `demo-${uuid}-Broker-${id}`))
        for (const { texts } of found) expect(texts.join('\n')).toMatch(/INFO serves role=broker/)
      })
      await setLogs(false)
      const before = messages()
      await world.driven(world.fleet.stop())
      expect(messages()).toEqual(before)
    })
  },
)
