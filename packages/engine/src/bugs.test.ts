import {
  Connection,
  commitOffset,
  createTopic,
  deleteTopics,
  describeTopics,
  fetchPartition,
  listOffset,
  produce,
} from '@sluice/client'
import { AssertionFailure } from '@sluice/effects'
import { BrokerHeartbeat, ErrorCode, FindCoordinator } from '@sluice/wire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ProduceJob } from './broker/produce-job.ts'
import { BrokersManager } from './controller/brokers.ts'
import { MetadataLog } from './controller/metadata-log.ts'
import { TopicsManager } from './controller/topics.ts'
import { GroupShard } from './coordinator/group/group-shard.ts'
import { ClassicGroup } from './coordinator/group/classic/classic-group.ts'
import { BrokerConfig } from './metadata/configs.ts'
import { MetadataImage } from './metadata/image.ts'
import { Partition } from './replication/partition.ts'
import { Partitions } from './replication/partitions.ts'
import { LogManager } from './storage/log-manager.ts'
import { Server } from './server/server.ts'
import { Log } from './storage/log.ts'
import { ProducerState } from './storage/producer-state.ts'
import { allRunning, controllerNode, node, properties, value, World } from './testing/two-brokers.ts'
import { breaks, breaksFor } from './testing/breaks.ts'

// Every way by which something enters a node, with a bug behind it: the node stops, its neighbours run, and it can be
// started anew on what it has left behind. What ends a request alone is in failed-requests.test.ts.

const anyMs = 60_000

let world: World
afterEach(async () => {
  vi.restoreAllMocks()
  await world.close()
})

interface Door {
  name: string
  /** A request's own code, before it has changed anything: only an AssertionFailure is the node's. */
  own?: true
  fails: 'broker 1' | 'controller'
  /** What is there before the bug. */
  before?: (world: World) => Promise<unknown>
  breaks: (bug: Error) => void
  /** What then comes through the door. */
  comes: (world: World) => Promise<unknown>
}

const newTopic = (world: World) => createTopic(world.client, 'new', { assignments: [[1]] }).catch(() => {})
const events = (world: World) => world.events()

const doors: Door[] = [
  {
    name: 'a decision of the controller',
    own: true,
    fails: 'controller',
    breaks: (bug) => breaks(TopicsManager.prototype, 'create', bug),
    comes: newTopic,
  },
  {
    name: 'the append of the controller',
    fails: 'controller',
    breaks: (bug) => breaks(MetadataLog.prototype, 'append', bug),
    comes: newTopic,
  },
  {
    name: 'the replay of the controller',
    fails: 'controller',
    breaks: (bug) => breaks(MetadataImage.prototype, 'replay', bug),
    comes: newTopic,
  },
  {
    name: 'the commit of the controller',
    fails: 'controller',
    breaks: (bug) => breaks(MetadataLog.prototype, 'flush', bug),
    comes: (world) => Promise.race([newTopic(world), world.pass(0)]),
  },
  {
    name: 'the timer of the controller',
    fails: 'controller',
    // Broker 2 says nothing more; the timer runs for its session.
    before: (world) => world.cluster.kill(2),
    breaks: (bug) => breaks(BrokersManager.prototype, 'endOneSession', bug),
    comes: (world) => world.pass(20_000),
  },
  {
    name: 'the replay of a broker',
    fails: 'broker 1',
    breaks: (bug) => breaks(MetadataImage.prototype, 'replay', bug, 2),
    comes: newTopic,
  },
  {
    name: 'what a broker makes of new metadata',
    fails: 'broker 1',
    breaks: (bug) => breaks(Partitions.prototype, 'applyInSteps', bug),
    comes: newTopic,
  },
  {
    name: 'the deletion of a topic',
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(Partitions.prototype, 'removeInSteps', bug),
    comes: (world) => deleteTopics(world.client, ['events']).catch(() => {}),
  },
  {
    name: 'the timer of a long poll',
    fails: 'broker 1',
    before: async (world) => {
      await events(world)
      await world.longPoll()
    },
    breaks: (bug) => breaks(Partition.prototype, 'forget', bug),
    comes: (world) => world.pass(500),
  },
  {
    name: 'a long poll that data wakes',
    fails: 'broker 1',
    before: async (world) => {
      await events(world)
      await world.longPoll(await world.connect(1))
    },
    breaks: (bug) => breaks(Log.prototype, 'read', bug),
    comes: (world) => produce(world.client, 'events', 0, [value('d')]).catch(() => {}),
  },
  {
    name: 'a Fetch that reads',
    own: true,
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'read', bug),
    comes: (world) => fetchPartition(world.client, 'events', 0, 0).catch(() => {}),
  },
  {
    name: 'a Fetch that looks for aborted transactions',
    own: true,
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'abortedTransactions', bug),
    comes: (world) => fetchPartition(world.client, 'events', 0, 0, { isolationLevel: 1 }).catch(() => {}),
  },
  {
    name: 'ListOffsets',
    own: true,
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'offsetForTimestamp', bug),
    comes: (world) => listOffset(world.client, 'events', 0, 1).catch(() => {}),
  },
  {
    name: 'DeleteRecords',
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'deleteRecordsBefore', bug),
    comes: (world) => world.deleteRecords().catch(() => {}),
  },
  {
    name: 'a handler that answers later',
    own: true,
    fails: 'broker 1',
    breaks: (bug) => breaks(MetadataImage.prototype, 'brokers', bug),
    comes: (world) => describeTopics(world.client, []).catch(() => {}),
  },
  {
    name: 'the stage of a produce',
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(ProducerState.prototype, 'check', bug),
    comes: (world) => {
      const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 }
      return produce(world.client, 'events', 0, [value('d')], producer).catch(() => {})
    },
  },
  {
    name: 'the commit of a produce',
    fails: 'broker 1',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'commit', bug),
    comes: (world) => produce(world.client, 'events', 0, [value('d')]).catch(() => {}),
  },
  {
    name: 'the timer of the purgatory',
    fails: 'broker 1',
    before: async (world) => {
      await createTopic(world.client, 'two', { assignments: [[1, 2]] })
      await world.cluster.kill(2)
      void produce(world.client, 'two', 0, [value('waits')], { timeoutMs: 300 }).catch(() => {})
      await world.pass(0)
    },
    breaks: (bug) => breaks(ProduceJob.prototype, 'appended', bug),
    comes: (world) => world.pass(400),
  },
  {
    name: 'the heartbeat',
    fails: 'broker 1',
    breaks: (bug) => breaks(BrokerHeartbeat.request, 'encodeInSteps', bug),
    comes: (world) => world.pass(3_000),
  },
  {
    name: 'the upkeep of the logs',
    fails: 'broker 1',
    breaks: (bug) => breaks(LogManager.prototype, 'applyRetention', bug),
    comes: (world) => world.pass(anyMs),
  },
  {
    name: 'the look for idle connections',
    // Its turn comes first.
    fails: 'controller',
    breaks: (bug) => breaksFor(BrokerConfig.prototype, 'long', bug, 'connections.max.idle.ms'),
    comes: (world) => world.pass(anyMs),
  },
  {
    name: "a request to the controller's listener",
    fails: 'controller',
    breaks: (bug) => breaks(Server.prototype, 'handle', bug),
    comes: async (world) => {
      const { network } = world
      const connection = await Connection.open({ network, ...controllerNode })
      await connection.request(BrokerHeartbeat, {}).catch(() => {})
      await connection.close()
    },
  },
  {
    name: 'a new connection',
    fails: 'broker 1',
    breaks: (bug) => breaksFor(BrokerConfig.prototype, 'int', bug, 'max.connections'),
    comes: async (world) => {
      await world.connect(1)
      await world.pass(0)
    },
  },
  {
    name: 'bytes that come',
    fails: 'broker 1',
    breaks: (bug) => breaks(Server.prototype, 'readStarts', bug),
    comes: (world) => describeTopics(world.client, []).catch(() => {}),
  },
  {
    name: 'a request that waited for another',
    fails: 'broker 1',
    breaks: (bug) => breaks(Server.prototype, 'handle', bug, 2),
    comes: (world) =>
      Promise.allSettled([describeTopics(world.client, []), describeTopics(world.client, [])]),
  },
  {
    name: 'a connection that goes',
    fails: 'broker 1',
    before: async (world) => {
      await events(world)
      world.other = await world.connect(1)
      await world.longPoll(world.other)
    },
    breaks: (bug) => breaks(Partition.prototype, 'forget', bug),
    comes: (world) => world.other.close(),
  },
  {
    name: 'the replay of a coordinator',
    fails: 'broker 1',
    before: (world) => world.eventsAndGroups(),
    breaks: (bug) => breaks(GroupShard.prototype, 'replay', bug),
    comes: (world) => commitOffset(world.client, 'group', 'events', 0, 1).catch(() => {}),
  },
  {
    name: 'a decision of a coordinator',
    own: true,
    fails: 'broker 1',
    before: (world) => world.eventsAndGroups(),
    breaks: (bug) => breaks(GroupShard.prototype, 'commitOffsets', bug),
    comes: (world) => commitOffset(world.client, 'group', 'events', 0, 1).catch(() => {}),
  },
  {
    name: 'the timer of a coordinator',
    fails: 'broker 1',
    before: async (world) => {
      await world.groups()
      void world.joinGroup('group').catch(() => {})
      await world.pass(0)
    },
    breaks: (bug) => breaks(ClassicGroup.prototype, 'initNextGeneration', bug),
    comes: (world) => world.pass(1_000),
  },
  {
    name: 'a topic that a coordinator forgets',
    fails: 'broker 1',
    before: (world) => world.eventsAndGroups(),
    breaks: (bug) => breaks(GroupShard.prototype, 'offsetsOf', bug),
    comes: (world) => deleteTopics(world.client, ['events']).catch(() => {}),
  },
  {
    name: 'the load of a coordinator',
    fails: 'broker 1',
    breaks: (bug) => breaks(GroupShard.prototype, 'loaded', bug),
    comes: async (world) => {
      await createTopic(world.client, '__consumer_offsets', { assignments: [[1]] }).catch(() => {})
      await world.client.send(FindCoordinator, 3, { key: 'any', keyType: 0 }).catch(() => {})
      await world.pass(0)
    },
  },
]

async function comesThrough(door: Door, bug: Error): Promise<void> {
  world = await new World().start()
  await door.before?.(world)
  const before = world.states()
  door.breaks(bug)
  await door.comes(world)
  await world.pass(0)
  const failed = { ...before, [door.fails]: bug.message }
  await vi.waitFor(() => expect(world.states()).toEqual(failed))
  await vi.waitFor(() => expect(world.told).toEqual([`${door.fails}: ${bug.message}`]))
  vi.restoreAllMocks()
  await world.heal()
}

describe('a bug stops its node, and nobody else: an assertion in', () => {
  it.each(doors)('$name', (door) => comesThrough(door, new AssertionFailure(`a bug in ${door.name}`)))
})

describe('an ordinary throw where state changes, or where nobody has asked, does the same:', () => {
  const others = doors.filter(({ own }) => !own)
  it.each(others)('$name', (door) => comesThrough(door, new TypeError(`a bug in ${door.name}`)))
})

describe('a node that', () => {
  it('fails while it starts holds nothing, and can be started', async () => {
    world = await new World().start()
    await world.cluster.stopBroker(2)
    for (const method of ['removeStrays', 'load'] as const) {
      breaks(LogManager.prototype, method, new AssertionFailure(`a bug in ${method}`))
      await expect(world.cluster.startBroker(node(2), properties)).rejects.toThrow('a bug in')
    }
    breaks(MetadataImage.prototype, 'replay', new AssertionFailure('a bug in replay'))
    await expect(world.cluster.startBroker(node(2), properties)).rejects.toThrow('a bug in replay')
    await world.cluster.startBroker(node(2), properties)
    breaks(MetadataImage.prototype, 'replay', new AssertionFailure('a bug in replay'))
    await expect(world.cluster.startController(controllerNode, properties)).rejects.toThrow('a bug in replay')
    expect(world.cluster.controller).toBeNull()
    await world.cluster.startController(controllerNode, properties)
    expect(world.states()).toEqual(allRunning)
    expect(world.told).toEqual([])
  })

  it('fails while it stops lets go of everything', async () => {
    world = await new World().start()
    breaks(BrokerHeartbeat.request, 'encodeToBuffer', new AssertionFailure('a bug in leaving'))
    await world.cluster.stopBroker(1)
    expect(world.states()).toEqual({ 'broker 2': 'running', controller: 'running' })
    const started = world.cluster.startBroker(node(1), properties)
    await world.pass(12_000)
    await started
    expect(world.states()).toEqual(allRunning)
  })

  it('decided what it cannot replay has not decided it', async () => {
    world = await new World().start()
    breaks(MetadataImage.prototype, 'replay', new AssertionFailure('a bug in replay'))
    await expect(createTopic(world.client, 'poison', { partitions: 1 })).rejects.toMatchObject({
      code: ErrorCode.UNKNOWN_SERVER_ERROR,
    })
    await vi.waitFor(() => expect(world.states().controller).toBe('a bug in replay'))
    vi.restoreAllMocks()
    await world.heal()
    const { topics } = await describeTopics(world.client, ['poison'])
    expect(topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })
})
