import {
  alterConfigs,
  committedOffset,
  createTopic,
  describeTopics,
  fetchPartition,
  fetchRecords,
  listOffset,
  produce,
  throwOnError,
} from '@sluice/client'
import { DescribeCluster, ErrorCode, IncrementalAlterConfigs, ListOffsets, Metadata } from '@sluice/wire'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TopicsManager } from './controller/topics.ts'
import { GroupShard } from './coordinator/group/group-shard.ts'
import { MetadataImage } from './metadata/image.ts'
import { Partitions } from './replication/partitions.ts'
import { Log } from './storage/log.ts'
import { allRunning, value, World } from './testing/two-brokers.ts'
import { breaks } from './testing/breaks.ts'

// An ordinary throw in a request's own code, before it has changed anything: that request is answered with −1, and all
// goes on. What stops a node is in bugs.test.ts.

let world: World
afterEach(async () => {
  vi.restoreAllMocks()
  await world.close()
})

const events = (world: World) => world.events()

interface OwnCode {
  name: string
  before?: (world: World) => Promise<unknown>
  breaks: (bug: Error) => void
  asks: (world: World) => Promise<unknown>
}

const failed = { code: ErrorCode.UNKNOWN_SERVER_ERROR }

const requests: OwnCode[] = [
  {
    name: 'CreateTopics, in the decision of the controller',
    breaks: (bug) => breaks(TopicsManager.prototype, 'create', bug),
    asks: (world) => createTopic(world.client, 'new', { partitions: 1 }),
  },
  {
    name: 'IncrementalAlterConfigs, whose answer the controller cannot encode',
    before: events,
    breaks: (bug) => breaks(IncrementalAlterConfigs.response, 'encodeInSteps', bug),
    asks: (world) => alterConfigs(world.client, 2, 'events', { 'retention.ms': '1000' }),
  },
  {
    name: 'Fetch',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'read', bug),
    asks: (world) => fetchRecords(world.client, 'events', 0, 0),
  },
  {
    name: 'Fetch of the first version',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'read', bug),
    asks: async (world) => {
      const fetched = await fetchPartition(world.client, 'events', 0, 0, { version: 4 })
      throwOnError(fetched.errorCode)
    },
  },
  {
    name: 'Produce, in the validation of a partition',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'validate', bug),
    asks: (world) => produce(world.client, 'events', 0, [value('d')]),
  },
  {
    name: 'Produce, before it comes to its partitions',
    before: events,
    breaks: (bug) => breaks(Partitions.prototype, 'get', bug),
    asks: (world) => produce(world.client, 'events', 0, [value('d')], { version: 9 }),
  },
  {
    name: 'ListOffsets',
    before: events,
    breaks: (bug) => breaks(Log.prototype, 'offsetForTimestamp', bug),
    asks: (world) => listOffset(world.client, 'events', 0, 1),
  },
  {
    name: 'ListOffsets, whose answer cannot be encoded',
    before: events,
    breaks: (bug) => breaks(ListOffsets.response, 'encodeInSteps', bug),
    asks: (world) => listOffset(world.client, 'events', 0, 1),
  },
  {
    name: 'Metadata',
    before: events,
    breaks: (bug) => breaks(MetadataImage.prototype, 'brokers', bug),
    asks: async (world) => {
      const { topics } = await describeTopics(world.client, ['events'])
      throwOnError(topics[0]?.errorCode ?? 0)
    },
  },
  {
    name: 'DescribeCluster, which has one place for all errors',
    breaks: (bug) => breaks(MetadataImage.prototype, 'brokers', bug),
    asks: async (world) => throwOnError((await world.client.send(DescribeCluster, 0, {})).errorCode),
  },
  {
    name: 'OffsetFetch, in the decision of the coordinator',
    before: (world) => world.eventsAndGroups(),
    breaks: (bug) => breaks(GroupShard.prototype, 'fetchOffsets', bug),
    asks: (world) => committedOffset(world.client, 'group', 'events', 0),
  },
]

describe('an ordinary throw in the own code of a request ends that request alone:', () => {
  it.each(requests)('$name', async ({ before, breaks, asks }) => {
    world = await new World().start()
    await before?.(world)
    breaks(new TypeError('a bug in own code'))
    await expect(asks(world)).rejects.toMatchObject(failed)
    await asks(world)
    expect(world.states()).toEqual(allRunning)
    expect(world.told).toEqual([])
  })

  it('where the answer has no place for an error, the connection closes', async () => {
    world = await new World().start()
    breaks(MetadataImage.prototype, 'brokers', new TypeError('a bug in own code'))
    await expect(world.client.send(Metadata, 12, { topics: null })).rejects.toThrow()
    const other = await world.connect(1)
    expect((await other.send(Metadata, 12, { topics: null })).brokers).toHaveLength(2)
    expect(world.states()).toEqual(allRunning)
  })
})
