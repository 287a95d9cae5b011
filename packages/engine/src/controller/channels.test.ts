import {
  AssertionFailure,
  type Disk,
  MemoryNetwork,
  type Network,
  NodeGuard,
  silentLogger,
} from '@sluice/effects'
import {
  AllocateProducerIds,
  BrokerHeartbeat,
  CreateTopics,
  DescribeQuorum,
  ErrorCode,
  metadataTopic,
} from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import { MetadataImage } from '../metadata/image.ts'
import { MetadataGoneError } from './metadata-log.ts'
import { TcpChannel } from './tcp-channel.ts'
import { clusterId, TestController } from './testing/test-controller.ts'

// What a broker has of its controller is the same whether it lives in the same process or in another.

const awayMsMax = 30_000
const client = { principal: 'User:alice', clientId: 'app' }

/** The cluster goes on while its brokers are away, and keeps only the snapshot of what it becomes. */
async function withoutThem(disk: Disk): Promise<void> {
  const other = await new TestController({ disk }).open()
  for (let at = 0; at < 8; at++)
    await other.createTopic({ name: `t${at}`, numPartitions: 500, replicationFactor: 1 })
  await other.close()
  const log = '/controller/__cluster_metadata-0'
  for (const { name } of disk.readdirSync(log)) if (/index|log$/.test(name)) disk.removeSync(`${log}/${name}`)
}

interface World {
  readonly controller: TestController
  readonly channel: ControllerChannel
  close(): Promise<void>
}

async function inline(): Promise<World> {
  const controller = await new TestController({ awayMsMax }).open()
  return { controller, channel: controller.channel, close: () => controller.close() }
}

async function overTcp(): Promise<World> {
  const network = new MemoryNetwork()
  const controller = await new TestController({ awayMsMax, network }).open()
  const channel = new TcpChannel({
    nodeId: 1,
    clusterId,
    controller: { host: '127.0.0.1', port: 9093 },
    network,
    clock: controller.clock,
    logger: silentLogger,
    awayMsMax,
  })
  const close = async () => {
    channel.close()
    await controller.close()
  }
  return { controller, channel, close }
}

describe.each([
  { name: 'by calls', open: inline },
  { name: 'over TCP', open: overTcp },
])('a controller that is reached $name', ({ open }) => {
  let world: World
  beforeEach(async () => {
    world = await open()
    await world.controller.brokers(1)
  })
  afterEach(() => world.close())

  const create = (name: string, context?: typeof client) =>
    world.channel
      .request(
        CreateTopics,
        7,
        { topics: [{ name, numPartitions: 1, replicationFactor: 1 }], timeoutMs: 1000 },
        context,
      )
      .then(({ topics }) => topics[0]?.errorCode)

  /** A broker's image, and what has failed it. */
  async function broker() {
    const image = new MetadataImage()
    const failures: Error[] = []
    const guard = new NodeGuard((failure) => void failures.push(failure))
    const end = await world.channel.subscribe((records) => void image.replay(records), guard.run)
    return { image, failures, end }
  }

  const heartbeat = () =>
    world.channel.request(BrokerHeartbeat, 2, {
      brokerId: 1,
      brokerEpoch: world.controller.image.broker(1)?.epoch ?? -1,
      currentMetadataOffset: world.controller.image.offset,
      wantFence: false,
      wantShutDown: false,
    })

  it('decides what the broker asks for itself and for its clients', async () => {
    expect(await create('own')).toBe(0)
    expect(await create('asked', client)).toBe(0)
    expect(await create('asked', client)).toBe(ErrorCode.TOPIC_ALREADY_EXISTS)
    const brokerEpoch = world.controller.image.broker(1)?.epoch ?? -1
    const block = await world.channel.request(AllocateProducerIds, 0, { brokerId: 1, brokerEpoch })
    expect(block).toMatchObject({ errorCode: 0, producerIdLen: 1000 })
    expect((await heartbeat()).errorCode).toBe(0)
  })

  it('brings the image to whoever subscribes, then each change, until it ends', async () => {
    await create('before')
    const { image, end } = await broker()
    expect(image.topic('before')).toBeDefined()
    expect(image.isBrokerAlive(1)).toBe(true)
    await create('after')
    await vi.waitFor(() => expect(image.topic('after')).toBeDefined())
    expect(image.offset).toBe(world.controller.image.offset)
    end()
    await create('late')
    await world.controller.clock.advance(1_000)
    expect(image.topic('late')).toBeUndefined()
  })

  it('keeps requests that come while it is away, and answers them when it is back', async () => {
    await world.controller.stop()
    const answer = create('waits')
    await world.controller.clock.advance(20_000)
    await world.controller.start()
    await world.controller.clock.advance(100)
    expect(await answer).toBe(0)
    expect(world.controller.image.topic('waits')).toBeDefined()
  })

  it('has them answered NOT_CONTROLLER when it stays away, heartbeats at once', async () => {
    await world.controller.stop()
    expect((await heartbeat()).errorCode).toBe(ErrorCode.NOT_CONTROLLER)
    const answer = create('never', client)
    await world.controller.clock.advance(awayMsMax + 100)
    expect(await answer).toBe(ErrorCode.NOT_CONTROLLER)
  })

  it('goes on, when it is back, where subscribers are', async () => {
    const { image, failures } = await broker()
    const seen: number[] = []
    image.onChange(() => void seen.push(image.offset))
    await create('before')
    await vi.waitFor(() => expect(image.topic('before')).toBeDefined())
    await world.controller.stop()
    await world.controller.clock.advance(1_000)
    await world.controller.start()
    await world.controller.clock.advance(1_000)
    expect(await create('after')).toBe(0)
    await vi.waitFor(() => expect(image.topic('after')).toBeDefined())
    expect(image.offset).toBe(world.controller.image.offset)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    expect(failures).toEqual([])
  })

  it('brings the image also where only a snapshot has it', async () => {
    for (let at = 0; at < 8; at++)
      await world.controller.createTopic({ name: `t${at}`, numPartitions: 500, replicationFactor: 1 })
    await world.controller.stop()
    await world.controller.start()
    await world.controller.clock.advance(100)
    const { image } = await broker()
    expect(image.topicCount).toBe(8)
    expect(image.topic('t7')?.partitions).toHaveLength(500)
  })

  it('stops a node that it cannot tell what it missed', async () => {
    const { failures } = await broker()
    await world.controller.stop()
    await withoutThem(world.controller.disk)
    await world.controller.start()
    await world.controller.clock.advance(1_000)
    await vi.waitFor(() => expect(failures).toHaveLength(1))
    expect(failures[0]).toBeInstanceOf(MetadataGoneError)
  })

  it('is described with the brokers that follow it', async () => {
    const { image } = await broker()
    await heartbeat()
    await world.controller.clock.advance(500)
    const topics = [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0 }] }]
    const response = await world.channel.request(DescribeQuorum, 2, { topics }, client)
    expect(response.topics[0]?.partitions[0]?.observers).toMatchObject([
      { replicaId: 1, logEndOffset: image.offset + 1 },
    ])
  })
})

describe('a channel over TCP', () => {
  it('has one connection for all that is asked of a kind, also when the controller is back', async () => {
    const network = new MemoryNetwork()
    let connections = 0
    const counted: Network = {
      listen: (options, accept) => network.listen(options, accept),
      connect: (options, handler) => {
        connections++
        return network.connect(options, handler)
      },
    }
    const controller = await new TestController({ awayMsMax, network }).open()
    const channel = new TcpChannel({
      nodeId: 1,
      clusterId,
      controller: { host: '127.0.0.1', port: 9093 },
      network: counted,
      clock: controller.clock,
      logger: silentLogger,
      awayMsMax,
    })
    const ask = () => {
      const topics = [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0 }] }]
      return Promise.all(
        Array.from({ length: 20 }, () => channel.request(DescribeQuorum, 2, { topics }, client)),
      )
    }
    await ask()
    expect(connections).toBe(1)
    await controller.stop()
    await controller.start()
    const answers = ask()
    // Whoever has found the old one gone tries again.
    await controller.clock.advance(100)
    await answers
    expect(connections).toBe(2)
    channel.close()
    await controller.close()
  })

  it('takes a bug for no absence of the controller', async () => {
    const bug = new AssertionFailure('a bug on the way')
    const controller = await new TestController().open()
    const channel = new TcpChannel({
      nodeId: 1,
      clusterId,
      controller: { host: '127.0.0.1', port: 9093 },
      network: { listen: () => Promise.reject(bug), connect: () => Promise.reject(bug) },
      clock: controller.clock,
      logger: silentLogger,
      awayMsMax,
    })
    const guard = new NodeGuard(() => {})
    await expect(channel.subscribe(() => {}, guard.run)).rejects.toBe(bug)
    expect(guard.failure).toBe(bug)
    const topics = [{ name: 'any', numPartitions: 1, replicationFactor: 1 }]
    await expect(channel.request(CreateTopics, 7, { topics, timeoutMs: 1000 })).rejects.toBe(bug)
    channel.close()
    await controller.close()
  })
})
