import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ensureBuilt } from '../cli/sluice.ts'
import { LifeCluster } from './cluster.ts'
import { valuesIn } from './load.ts'
import { Timeline, until } from './timeline.ts'

const topic = 'orders'
const partitions = 6

/** Writes without a break, and looks for another way in where the one it has is shut. */
class WanderingProducer {
  /** Which values were acknowledged, by the door that they came through. */
  readonly acknowledged = { open: [] as string[], IAM: [] as string[] }
  readonly #cluster: LifeCluster
  #isOn = true
  #next = 0

  constructor(cluster: LifeCluster) {
    this.#cluster = cluster
  }

  async run(): Promise<void> {
    while (this.#isOn) await this.#produce().catch(() => new Promise((resolve) => setTimeout(resolve, 100)))
  }

  stop(): void {
    this.#isOn = false
  }

  async #produce(): Promise<void> {
    const { kafka, door } = await this.#cluster.kafkaAsNow()
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    try {
      await producer.connect()
      while (this.#isOn) {
        const value = String(this.#next++)
        const partition = this.#next % partitions
        await producer.send({ topic, acks: -1, messages: [{ value, partition }] })
        this.acknowledged[door].push(value)
      }
    } finally {
      await producer.disconnect()
    }
  }
}

function isShut(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':')
  return new Promise((resolve) => {
    const socket = connect(Number(port), host, () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}

describe.each(['inline', 'process'])('a cluster that is open to everybody, hosted %s', (hosting) => {
  it('lets in nobody but by IAM after UpdateSecurity, and keeps what was acknowledged meanwhile', async () => {
    await ensureBuilt()
    const lines: string[] = []
    const timeline = new Timeline((line) => lines.push(line))
    const setting = { engine: 'embedded', hosting, kafkaVersion: '4.4.x.kraft', brokers: 3 }
    const cluster = new LifeCluster(setting, timeline)
    const producer = new WanderingProducer(cluster)
    let producing: Promise<void> = Promise.resolve()
    try {
      await cluster.startService()
      await cluster.create()
      const open = await cluster.bootstrap()
      const admin = (await cluster.kafka()).admin()
      await admin.connect()
      const configEntries = [{ name: 'min.insync.replicas', value: '2' }]
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor: 3, configEntries }],
      })
      await admin.disconnect()
      producing = producer.run()
      const { acknowledged } = producer
      await until(
        'records by the open door',
        60_000,
        async () => acknowledged.open.length >= 100 || undefined,
      )
      const { state, error } = await cluster.operationEnded(await cluster.lock())
      expect([state, error]).toEqual(['UPDATE_COMPLETE', ''])
      await until('records by IAM', 60_000, async () => acknowledged.IAM.length >= 100 || undefined)
      producer.stop()
      await producing
      expect(await cluster.bootstrap()).toBe('')
      for (const address of open.split(',')) expect(await isShut(address)).toBe(true)
      const found = new Set(await valuesIn((await cluster.kafkaAsNow()).kafka, topic, 'readers'))
      const all = [...acknowledged.open, ...acknowledged.IAM]
      expect(all.filter((value) => !found.has(value))).toEqual([])
      await cluster.stopService()
    } finally {
      producer.stop()
      await producing
      await cluster.delete().catch(() => {})
      await cluster.close()
    }
  }, 180_000)
})
