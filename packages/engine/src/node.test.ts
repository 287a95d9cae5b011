import { Connection, createTopic, fetchRecords, produce } from '@sluice/client'
import { MemoryDisk, MemoryNetwork, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { Metadata } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type StartedBroker, type StartedNode, startBrokerNode, startControllerNode } from './node.ts'

const host = '127.0.0.1'
const clusterId = 'c2x1aWNlLXRlc3QtMDAwMQ'
const properties = { 'default.replication.factor': '2', 'offsets.topic.replication.factor': '1' }
const value = (text: string) => ({ key: null, value: Buffer.from(text) })
let clock: TestClock
let disk: MemoryDisk
let network: MemoryNetwork
let controller: StartedNode
let brokers: StartedBroker[]
let failures: string[]

beforeEach(async () => {
  clock = new TestClock()
  disk = new MemoryDisk()
  network = new MemoryNetwork()
  failures = []
  controller = await startController()
  brokers = [await startBroker(1), await startBroker(2)]
})
afterEach(async () => {
  for (const broker of brokers) await broker.stop({ clean: false })
  await controller.stop({ clean: true })
})

function common(nodeId: number) {
  return {
    properties,
    clusterId,
    effects: { clock, disk, network, random: seededRandom(nodeId), logger: silentLogger },
    onFailure: ({ message }: Error) => void failures.push(`${nodeId}: ${message}`),
  }
}

const controllerOf = (port: number) => ({ nodeId: 10_000, host, port })

function startController(port = 0): Promise<StartedNode> {
  return startControllerNode({ ...common(10_000), directory: '/controller', controller: controllerOf(port) })
}

const controllerPort = () => controller.listeners[0]?.port ?? 0

function startBroker(
  nodeId: number,
  more: { clusterId?: string; directory?: string; signal?: AbortSignal } = {},
) {
  return startBrokerNode({
    ...common(nodeId),
    directory: `/broker-${nodeId}`,
    controller: controllerOf(controllerPort()),
    broker: {
      nodeId,
      rack: null,
      listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: 9091 + nodeId }],
    },
    ...more,
  })
}

const connect = (nodeId: number) => Connection.open({ network, host, port: 9091 + nodeId })

/** What a broker says of the others. */
async function alive(nodeId: number): Promise<number[]> {
  const client = await connect(nodeId)
  const { brokers: known } = await client.send(Metadata, 12, { topics: [] })
  await client.close()
  return known.map((broker) => broker.nodeId).sort()
}

describe('nodes that meet only over the network', () => {
  it('are a cluster: what one of them takes the other has, and both know of each other', async () => {
    await vi.waitFor(async () => expect(await alive(1)).toEqual([1, 2]))
    const client = await connect(1)
    await createTopic(client, 'events', { assignments: [[1, 2]] })
    await vi.waitFor(async () => {
      await clock.advance(100)
      await produce(client, 'events', 0, [value('a')])
    })
    expect(await fetchRecords(client, 'events', 0, 0)).toHaveLength(1)
    await client.close()
  })

  it('go on with a controller that comes back', async () => {
    const port = controllerPort()
    await controller.stop({ clean: true })
    await clock.advance(3_000)
    controller = await startController(port)
    await clock.advance(3_000)
    const client = await connect(2)
    await createTopic(client, 'events', { assignments: [[2]] })
    await vi.waitFor(async () => {
      await clock.advance(100)
      await produce(client, 'events', 0, [value('a')])
    })
    expect(failures).toEqual([])
    await client.close()
  })

  it('are missed when they die, and fenced at the end of their session', async () => {
    await brokers[1]?.stop({ clean: false })
    for (let waited = 0; waited < 12; waited++) await clock.advance(1_000)
    await vi.waitFor(async () => expect(await alive(1)).toEqual([1]))
  })

  it('leave before they stop', async () => {
    const stopped = brokers[1]?.stop({ clean: true })
    for (let waited = 0; waited < 20; waited++) await clock.advance(100)
    await stopped
    await vi.waitFor(async () => expect(await alive(1)).toEqual([1]))
  })
})

describe('a broker that does not start', () => {
  it('is given up at once, though it waits for a controller that is away', async () => {
    await controller.stop({ clean: true })
    const giveUp = new AbortController()
    const start = startBroker(3, { signal: giveUp.signal })
    const ended = expect(start).rejects.toThrow()
    await clock.advance(1_000)
    giveUp.abort(new Error('given up'))
    await ended
  })

  it('belongs to another cluster, and holds nothing', async () => {
    const other = { clusterId: 'AAAAAAAAAAAAAAAAAAAAAQ', directory: '/other' }
    await expect(startBroker(3, other)).rejects.toThrow('another cluster')
    brokers.push(await startBroker(3))
  })

  it('has no controller for as long as it waits', async () => {
    await controller.stop({ clean: true })
    const started = startBroker(3)
    const refused = expect(started).rejects.toThrow('the controller does not answer')
    for (let waited = 0; waited < 35; waited++) await clock.advance(1_000)
    await refused
  })
})
