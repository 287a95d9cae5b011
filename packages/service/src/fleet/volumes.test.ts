import { Connection, createTopic, deleteTopics, fetchRecords, produce } from '@sluice/client'
import { MemoryDisk } from '@sluice/effects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokerStorageChange, updateStorage } from './clusters/changes/storage.ts'
import type { Hosting } from './engines/engine.ts'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// A volume of a broker that fills up: what clients and owners meet, and how it ends.

const host = '127.0.0.1'
const GiB = 1024 ** 3
/** What records find free on the volume of broker 1. */
const leftBytes = 2 * 1024 * 1024

/** Of which a broker's volume has less than its size to give: a file that is there holds the rest. */
class DiskWithBallast extends MemoryDisk {
  override statSync(path: string) {
    const stat = super.statSync(path)
    return path.endsWith('/ballast') ? { ...stat, size: Math.floor(GiB * 0.95) - leftBytes } : stat
  }
}

describe.each<Hosting>(['inline', 'process'])(
  'a volume that is full, of brokers hosted %s',
  { timeout: 120_000 },
  (hosting) => {
    let world: EmbeddedFleet
    let client: Connection

    beforeEach(async () => {
      world = new EmbeddedFleet({ disk: new DiskWithBallast() }, { hosting })
      await world.driven(world.fleet.start())
      const created = world.fleet.clusters.create({
        ClusterName: 'demo',
        KafkaVersion: world.engine.defaultKafkaVersion,
        NumberOfBrokerNodes: 3,
        BrokerNodeGroupInfo: {
          ClientSubnets: ['a', 'b', 'c'],
          InstanceType: 'kafka.m7g.large',
          StorageInfo: { EbsStorageInfo: { VolumeSize: 1 } },
        },
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
      })
      if ('refusal' in created) throw new Error(created.refusal.message)
      const directory = `/data/clusters/${created.record.uuid}/broker-1/volume-1`
      world.disk.mkdirSync(directory)
      world.disk.createExclusiveSync(`${directory}/ballast`, '')
      await becomes('ACTIVE')
      client = await Connection.open({ network: world.network, clock: world.clock, host, port: 9092 })
      await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
      await world.eventually(() => send('events'))
    })

    afterEach(async () => {
      await client.close()
      await world.driven(world.fleet.stop())
    })

    const status = () => world.fleet.status()[0]
    const info = () => status()?.stateInfo ?? null
    const becomes = (state: string) => world.eventually(() => expect(status()?.state).toBe(state))
    const nodes = () => status()?.brokers.map(({ id, local }) => [id, local?.pid])

    const send = (topic: string) =>
      produce(client, topic, 0, [{ key: null, value: Buffer.alloc(100_000) }], {
        timestamp: world.clock.now(),
      })

    /** Returns how many records were taken, the one of the beginning among them. */
    async function fill(topic = 'events'): Promise<number> {
      for (let taken = 1; taken < 100; taken++)
        try {
          await send(topic)
        } catch (error) {
          expect(error).toMatchObject({ code: 56 })
          return taken
        }
      throw new Error('it is never full')
    }

    const stored = async (topic = 'events') => {
      let offset = 0
      for (;;) {
        const records = await world.driven(fetchRecords(client, topic, 0, offset))
        if (records.length === 0) return offset
        offset += records.length
      }
    }

    it('refuses records with KAFKA_STORAGE_ERROR, serves what it has, and takes records again when it grows', async () => {
      const before = nodes()
      const taken = await fill()
      expect(taken).toBeGreaterThan(15)
      expect(taken).toBeLessThan(22)
      await world.eventually(() => expect(info()?.code).toBe('VOLUME_FULL'))
      expect(info()?.message).toMatch(
        /^The volume of broker 1 is full since .*: it has 1 GiB\. .*UpdateBrokerStorage/,
      )
      expect(status()?.state).toBe('ACTIVE')
      expect(await stored()).toBe(taken)

      const record = world.fleet.clusters.byName('demo')
      if (!record) throw new Error('the cluster is gone')
      const use = await world.driven(world.fleet.clusters.storageUse(record))
      expect(use.find(({ nodeId }) => nodeId === 1)?.percent).toBeGreaterThan(99)
      expect(use.find(({ nodeId }) => nodeId === 2)?.percent).toBeLessThan(10)

      const update = updateStorage(
        brokerStorageChange,
        { volumeGiB: 101, throughput: undefined },
        record.currentVersion,
      )
      expect(world.fleet.clusters.update(record, update, 'request')).not.toHaveProperty('refusal')
      await world.eventually(() => expect(info()).toBe(null))
      await becomes('ACTIVE')
      await world.eventually(() => send('events'))
      expect(await stored()).toBe(taken + 1)
      expect(nodes()).toEqual(before)
    })

    it('takes records again when a topic is deleted', async () => {
      await createTopic(client, 'bulk', { assignments: [[1]] })
      await world.eventually(() => send('bulk'))
      await fill('bulk')
      await world.eventually(() => expect(info()?.code).toBe('VOLUME_FULL'))
      await deleteTopics(client, ['bulk'])
      await world.driven(world.clock.advance(70_000))
      await world.eventually(() => expect(info()).toBe(null))
      await becomes('ACTIVE')
      // Until then others have led for it: the controller by itself would look at the balance in minutes.
      const wellAt = world.clock.monotonic()
      await world.eventually(() => send('events'))
      expect(world.clock.monotonic() - wellAt).toBeLessThan(10_000)
    })
  },
)
