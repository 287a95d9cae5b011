import { Connection, createTopic, produce } from '@sluice/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { updateMonitoring } from '../clusters/changes/monitoring.ts'
import type { Hosting } from '../engines/engine.ts'
import { EmbeddedFleet } from '../testing/embedded-fleet.ts'

const host = '127.0.0.1'

describe.each<Hosting>(['inline', 'process'])(
  'open monitoring of brokers hosted %s',
  { timeout: 120_000 },
  (hosting) => {
    let world: EmbeddedFleet
    let client: Connection
    /** What is open, by port. */
    const pages = new Map<number, () => Promise<string>>()

    beforeEach(async () => {
      pages.clear()
      const open = async ({ port }: { port: number }, read: () => Promise<string>) => {
        pages.set(port, read)
        return { close: async () => void pages.delete(port) }
      }
      world = new EmbeddedFleet({}, { hosting, pages: { open } })
      await world.driven(world.fleet.start())
      world.create('demo')
      await world.eventually(() => expect(world.fleet.status()[0]?.state).toBe('ACTIVE'))
      client = await Connection.open({ network: world.network, clock: world.clock, host, port: 9092 })
      await createTopic(client, 'events', { assignments: [[1, 2, 3]] })
      await world.eventually(() =>
        produce(client, 'events', 0, [{ key: null, value: Buffer.alloc(1_000) }], {
          timestamp: world.clock.now(),
        }),
      )
    })

    afterEach(async () => {
      await client.close()
      await world.driven(world.fleet.stop())
      expect(pages.size).toBe(0)
    })

    async function update(jmx: boolean, node: boolean): Promise<void> {
      const record = world.fleet.clusters.byName('demo')
      if (!record) throw new Error('the cluster is gone')
      const openMonitoring = {
        Prometheus: { JmxExporter: { EnabledInBroker: jmx }, NodeExporter: { EnabledInBroker: node } },
      }
      const change = updateMonitoring({ openMonitoring }, record.currentVersion)
      expect(world.fleet.clusters.update(record, change, 'request')).not.toHaveProperty('refusal')
      await world.eventually(() => expect(world.fleet.status()[0]?.state).toBe('ACTIVE'))
    }

    /** The value of a metric with just these labels, however they are ordered. */
    async function value(
      port: number,
      name: string,
      labels: Record<string, string> = {},
    ): Promise<number | undefined> {
      const text = (await world.driven(pages.get(port)?.() ?? Promise.resolve(''))) ?? ''
      const wanted = Object.entries(labels).map(([key, one]) => `${key}="${one}"`)
      const line = text.split('\n').find((one) => {
        const [, found, inside = ''] = /^(\w+)(?:\{(.*)\})? /.exec(one) ?? []
        return found === name && inside.split(',').filter(Boolean).sort().join() === wanted.sort().join()
      })
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
    }

    it('has an exporter for each broker on MSK’s port, while it is asked for, and starts nothing anew', async () => {
      const before = world.fleet.status()[0]?.brokers.map(({ local }) => local?.pid)
      expect(pages.size).toBe(0)
      await update(true, true)
      await world.eventually(() =>
        expect([...pages.keys()].sort()).toEqual([11_001, 11_002, 21_001, 21_002, 31_001, 31_002]),
      )
      await update(true, false)
      await world.eventually(() => expect([...pages.keys()].sort()).toEqual([11_001, 21_001, 31_001]))
      expect(world.fleet.status()[0]?.brokers.map(({ local }) => local?.pid)).toEqual(before)
    })

    it('tells by the names of the JMX exporter what a broker does', async () => {
      await update(true, true)
      await world.eventually(() => expect(pages.size).toBe(6))
      const topic = 'events'
      expect(await value(11_001, 'kafka_server_ReplicaManager_Value', { name: 'LeaderCount' })).toBe(1)
      expect(await value(21_001, 'kafka_server_ReplicaManager_Value', { name: 'LeaderCount' })).toBe(0)
      expect(await value(21_001, 'kafka_server_ReplicaManager_Value', { name: 'PartitionCount' })).toBe(1)
      expect(
        await value(11_001, 'kafka_controller_KafkaController_Value', { name: 'GlobalTopicCount' }),
      ).toBe(1)
      const size = await value(21_001, 'kafka_log_Log_Value', { name: 'Size', topic, partition: '0' })
      expect(size).toBeGreaterThan(1_000)
      const labels = { name: 'UnderReplicated', topic, partition: '0' }
      expect(await value(11_001, 'kafka_cluster_Partition_Value', labels)).toBe(0)
      const bytes = { name: 'BytesInPerSec', topic }
      await world.eventually(async () =>
        expect(await value(11_001, 'kafka_server_BrokerTopicMetrics_Count', bytes)).toBe(size),
      )
      await world.driven(world.clock.advance(130_000))
      await world.eventually(async () =>
        expect(await value(11_001, 'kafka_server_BrokerTopicMetrics_OneMinuteRate', bytes)).toBe(0),
      )
      const requests = { name: 'RequestsPerSec', request: 'Produce' }
      expect(await value(11_001, 'kafka_network_RequestMetrics_Count', requests)).toBeGreaterThan(0)
      const mountpoint = '/kafka/datalogs'
      expect(await value(11_002, 'node_filesystem_size_bytes', { mountpoint })).toBe(100 * 1024 ** 3)
    })
  },
)
