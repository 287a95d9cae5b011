import { Connection, createTopic, describeTopics, listOffset, OffsetSpec, produce } from '@sluice/client'
import { MemoryDisk, TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { EmbeddedFleet } from './testing/embedded-fleet.ts'

// A broker's directory that is removed, or gets another id, while the service is stopped: the next start serves all that
// is left, fills the broker again from the others, and tells what nobody else had.

const host = '127.0.0.1'
const all = [1, 2, 3]

/** Each broker leads a topic that all have, and one that only it has; with a record in each. */
class Stopped {
  readonly disk = new MemoryDisk()
  readonly clock = new TestClock()
  world = new EmbeddedFleet(this)

  static async make(): Promise<Stopped> {
    const made = new Stopped()
    await made.world.fleet.start()
    made.world.create('demo')
    await made.becomesActive()
    const client = await made.connect(1)
    for (const id of all) {
      const others = all.filter((other) => other !== id)
      await createTopic(client, `shared-${id}`, { assignments: [[id, ...others]] })
      await createTopic(client, `alone-${id}`, { assignments: [[id]] })
    }
    await client.close()
    for (const id of all) for (const topic of [`shared-${id}`, `alone-${id}`]) await made.send(id, topic)
    await made.world.fleet.stop()
    return made
  }

  connect(nodeId: number): Promise<Connection> {
    const port = 9_092 + (nodeId - 1) * 10_000
    return Connection.open({ network: this.world.network, clock: this.clock, host, port })
  }

  async becomesActive(): Promise<void> {
    await this.world.eventually(() => expect(this.status()?.state).toBe('ACTIVE'))
  }

  status() {
    return this.world.fleet.status()[0]
  }

  async start(): Promise<void> {
    this.world = new EmbeddedFleet(this)
    let isStarted = false
    void this.world.fleet.start().then(() => (isStarted = true))
    await this.world.eventually(() => expect(isStarted).toBe(true))
    await this.becomesActive()
  }

  async send(leader: number, topic: string): Promise<void> {
    const client = await this.connect(leader)
    const timestamp = this.clock.now()
    const record = { key: null, value: Buffer.from(topic) }
    await this.world.eventually(() => produce(client, topic, 0, [record], { timestamp }))
    await client.close()
  }

  /** Of each topic its leader, those in sync, and how many records it has. */
  async found(): Promise<Record<string, unknown>> {
    const client = await this.connect(1)
    const { topics } = await describeTopics(client)
    await client.close()
    const found: Record<string, unknown> = {}
    for (const { name, partitions } of topics) {
      const { leaderId = -1, isrNodes = [] } = partitions[0] ?? {}
      const leader = await this.connect(leaderId)
      const { offset: records } = await listOffset(leader, name ?? '', 0, OffsetSpec.latest)
      await leader.close()
      found[name ?? ''] = { leader: leaderId, inSync: [...isrNodes].sort(), records }
    }
    return found
  }
}

/** As it was before, but for the topic that only this broker had. */
function expected(lost: number | null) {
  const ofEach = (id: number) => [
    [`shared-${id}`, { leader: id, inSync: all, records: 1 }],
    [`alone-${id}`, { leader: id, inSync: [id], records: id === lost ? 0 : 1 }],
  ]
  return Object.fromEntries(all.flatMap(ofEach))
}

describe('a directory of a broker', () => {
  it.each(all)(
    'removed, of broker %i: it is filled again, and what only it had is told and empty',
    async (id) => {
      const stopped = await Stopped.make()
      stopped.disk.removeSync(`${stopped.status()?.directory}/broker-${id}`)
      await stopped.start()
      await stopped.world.eventually(async () => expect(await stopped.found()).toEqual(expected(id)))
      // Also where the last one to stop was in sync alone: others were eligible, and have all.
      const vanished = `Broker ${id}: 1 log had vanished, .*: alone-${id}-0.`
      expect(stopped.status()?.stateInfo?.message).toMatch(new RegExp(`^${vanished}$`))
      await stopped.send(id, `alone-${id}`)
      await stopped.send(id, `shared-${id}`)
      await stopped.world.fleet.stop()
      await stopped.start()
      expect(stopped.status()?.stateInfo).toBe(null)
      await stopped.world.fleet.stop()
    },
  )

  it('whose meta.properties cannot be read keeps its own broker from starting, and no other', async () => {
    const stopped = await Stopped.make()
    const file = `${stopped.status()?.directory}/broker-1/volume-1/meta.properties`
    const text = stopped.disk.readFileSync(file).toString()
    stopped.disk.writeFileAtomicSync(file, 'garbage')
    const active = stopped.start()
    await stopped.world.eventually(() => {
      expect(stopped.status()?.brokers.map(({ id }) => id)).toEqual([2, 3])
      expect(stopped.status()).toMatchObject({ state: 'HEALING' })
      expect(stopped.status()?.stateInfo?.message).toContain(file)
    })
    stopped.disk.writeFileAtomicSync(file, text)
    await active
    await stopped.world.fleet.stop()
  })

  it('with another id: its broker leads what it led, with all its records', async () => {
    const id = 2
    const stopped = await Stopped.make()
    const file = `${stopped.status()?.directory}/broker-${id}/volume-1/meta.properties`
    const text = stopped.disk.readFileSync(file).toString()
    stopped.disk.writeFileAtomicSync(file, text.replace(/(?<=directory.id=)....../, 'another'.slice(0, 6)))
    await stopped.start()
    await stopped.world.eventually(async () => expect(await stopped.found()).toEqual(expected(null)))
    expect(stopped.status()?.stateInfo).toBe(null)
    await stopped.world.fleet.stop()
  })
})
