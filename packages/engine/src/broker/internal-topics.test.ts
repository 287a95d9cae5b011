import { silentLogger, TestClock } from '@sluice/effects'
import { type CreateTopics, ErrorCode, TopicRecord } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { BrokerConfig } from '../metadata/configs.ts'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import { MetadataImage } from '../metadata/image.ts'
import { newRecord, sealRecord } from '../metadata/records.ts'
import type { CoordinatorHome } from './coordinators.ts'
import { isInternalTopic } from '../metadata/topic-name.ts'
import { TopicCreation } from './internal-topics.ts'

/** A broker whose controller writes down what it is asked, and answers `errorCode`. */
function brokerOf(
  coordinators: CoordinatorHome[],
  errorCode: ErrorCode = ErrorCode.NONE,
  { tells } = { tells: true },
) {
  const asked: unknown[] = []
  const metadata = new MetadataImage()
  const clock = new TestClock()
  const told = (name: string) => {
    const { decoded } = sealRecord(newRecord(TopicRecord, { name, topicId: 'TBdpvNkLSgKdR_F9_b3mrQ' }))
    if (!metadata.topic(name)) metadata.replay([{ ...decoded, offset: metadata.offset + 1, epoch: 1 }])
  }
  const controller = {
    request: async (_api: typeof CreateTopics, _version: number, request: { topics: { name: string }[] }) => {
      asked.push(...request.topics)
      if (tells) for (const { name } of request.topics) told(name)
      return { topics: [{ errorCode }] }
    },
  } as unknown as ControllerChannel
  const config = new BrokerConfig({ image: metadata, nodeId: 1, staticProperties: {} })
  return {
    asked,
    creation: new TopicCreation({
      metadata,
      config,
      coordinators,
      controller,
      clock,
      logger: silentLogger,
    }),
    clock,
    told,
  }
}

const home: CoordinatorHome = {
  topic: '__transaction_state',
  keyType: 1,
  partitionFor: () => 0,
  shape: () => ({
    numPartitions: 3,
    replicationFactor: 1,
    configs: [{ name: 'cleanup.policy', value: 'compact' }],
  }),
  load() {},
  unload() {},
  topicsDeleted() {},
  topicsChanged() {},
  close() {},
}

describe('TopicCreation', () => {
  it("makes a coordinator's topic as the coordinator says, and any other as the broker's defaults say", async () => {
    const { creation, asked } = brokerOf([home])
    expect(await creation.ensure('__transaction_state')).toBe(ErrorCode.NONE)
    expect(await creation.ensure('events')).toBe(ErrorCode.NONE)
    expect(asked).toEqual([
      {
        name: '__transaction_state',
        assignments: [],
        numPartitions: 3,
        replicationFactor: 1,
        configs: [{ name: 'cleanup.policy', value: 'compact' }],
      },
      { name: 'events', assignments: [], numPartitions: -1, replicationFactor: -1, configs: [] },
    ])
  })

  it('asks once for a topic that several want at the same time', async () => {
    const { creation, asked } = brokerOf([])
    await Promise.all([creation.ensure('events'), creation.ensure('events')])
    expect(asked).toHaveLength(1)
  })

  it('is done once its own broker has heard of the topic, or when that takes too long', async () => {
    const { creation, told, clock } = brokerOf([], ErrorCode.NONE, { tells: false })
    let ended = false
    const created = creation.ensure('events').finally(() => (ended = true))
    await clock.advance(100)
    expect(ended).toBe(false)
    told('events')
    expect(await created).toBe(ErrorCode.NONE)
    const unheard = creation.ensure('others')
    await clock.advance(5_000)
    expect(await unheard).toBe(ErrorCode.NONE)
  })

  it('takes a topic that is there already for made, and tells of every other refusal', async () => {
    const exists = brokerOf([], ErrorCode.TOPIC_ALREADY_EXISTS)
    expect(await exists.creation.ensure('events')).toBe(ErrorCode.NONE)
    const refused = brokerOf([], ErrorCode.INVALID_REPLICATION_FACTOR)
    expect(await refused.creation.ensure('events')).toBe(ErrorCode.INVALID_REPLICATION_FACTOR)
  })
})

it("knows Apache Kafka's internal topics, those of coordinators that are not served among them", () => {
  const names = ['__consumer_offsets', '__transaction_state', '__share_group_state', '__mine', 'events']
  expect(names.filter(isInternalTopic)).toEqual(names.slice(0, 3))
})
