import {
  AlterConfigOp,
  AlterConfigs,
  ConfigResourceType,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  ErrorCode,
  IncrementalAlterConfigs,
} from '@sluice/wire'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClusterLimits } from '../metadata/cluster-limits.ts'
import { clusterLimits } from '../testing/cluster-limits.ts'
import { TestController } from './testing/test-controller.ts'

let controller: TestController

afterEach(() => controller.close())

async function started(change: Partial<ClusterLimits> = {}): Promise<void> {
  const properties = { 'default.replication.factor': '1' }
  controller = await (await new TestController({ properties, limits: clusterLimits(change) }).open()).brokers(
    1,
  )
}

const topic = (name: string, change: object = {}) => ({
  ...{ name, numPartitions: 1, replicationFactor: -1, assignments: [], configs: [] },
  ...change,
})

/** What one request of one topic is answered, error by error. */
async function create(name: string, change: object = {}) {
  const { errorCode, errorMessage } = await controller.createTopic(topic(name, change))
  return errorCode === ErrorCode.NONE ? 'made' : [errorCode, errorMessage]
}

const refused = (message: RegExp) => [ErrorCode.INVALID_REQUEST, expect.stringMatching(message)]
const config = (name: string, value: string) => ({ configs: [{ name, value }] })

describe('topics of a cluster with limits', () => {
  it('have the configs that clients may set, and no others', async () => {
    await started({ messageBytesMax: 8_388_608 })
    expect(await create('a', config('retention.ms', '-1'))).toBe('made')
    expect(await create('b', config('segment.bytes', '1048576'))).toEqual(
      refused(/segment\.bytes cannot be set/),
    )
    expect(await create('b', config('max.message.bytes', '8388608'))).toBe('made')
    expect(await create('c', config('max.message.bytes', '8388609'))).toEqual(refused(/at most 8388608/))
    // What no Kafka takes is no affair of limits.
    expect(await create('c', config('no.such', '1'))).toEqual([ErrorCode.INVALID_CONFIG, expect.any(String)])
  })

  it('have as many replicas as the cluster gives them, and where it likes', async () => {
    await started()
    expect(await create('a', { replicationFactor: 1 })).toBe('made')
    expect(await create('b', { replicationFactor: 2 })).toEqual(refused(/replication factor .* is 1/))
    const assignments = [{ partitionIndex: 0, brokerIds: [1] }]
    expect(await create('b', { numPartitions: -1, assignments })).toEqual(refused(/assign none/))
    const { results } = await controller.channel.request(CreatePartitions, 3, {
      topics: [{ name: 'a', count: 2, assignments: [{ brokerIds: [1] }] }],
      timeoutMs: 1_000,
      validateOnly: false,
    })
    expect(results[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('have so many partitions together, those of compacted topics apart', async () => {
    await started({ partitionsMax: { compacted: 2, others: 4 } })
    const compacted = config('cleanup.policy', 'compact,delete')
    expect(await create('a', { numPartitions: 3 })).toBe('made')
    expect(await create('b', { numPartitions: 2 })).toEqual(
      refused(/has 3 partitions of non-compacted topics/),
    )
    expect(await create('c', { numPartitions: 2, ...compacted })).toBe('made')
    expect(await create('d', compacted)).toEqual(refused(/has 2 partitions of compacted topics/))
    const grow = async (count: number) => {
      const { results } = await controller.channel.request(CreatePartitions, 3, {
        topics: [{ name: 'a', count, assignments: null }],
        timeoutMs: 1_000,
        validateOnly: false,
      })
      return results[0]?.errorCode
    }
    expect(await grow(5)).toBe(ErrorCode.INVALID_REQUEST)
    expect(await grow(4)).toBe(ErrorCode.NONE)
    // Those of one request count together, and internal topics are the cluster's own.
    expect(
      await create('__consumer_offsets', { numPartitions: 50, ...config('segment.bytes', '1048576') }),
    ).toBe('made')
    await controller.channel.request(DeleteTopics, 6, {
      topics: [{ name: 'a', topicId: '' }].map(({ name }) => ({ name })),
      timeoutMs: 1_000,
    })
    const { topics } = await controller.channel.request(CreateTopics, 7, {
      topics: [topic('e', { numPartitions: 3 }), topic('f', { numPartitions: 2 })],
      timeoutMs: 1_000,
      validateOnly: false,
    })
    expect(topics.map(({ errorCode }) => errorCode)).toEqual([ErrorCode.NONE, ErrorCode.INVALID_REQUEST])
  })

  it('change their configs but for those that stay', async () => {
    await started()
    await create('a', config('cleanup.policy', 'compact'))
    const alter = async (name: string, value: string | null) => {
      const configOperation = value === null ? AlterConfigOp.delete : AlterConfigOp.set
      const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: ConfigResourceType.topic,
            resourceName: 'a',
            configs: [{ name, value, configOperation }],
          },
        ],
        validateOnly: false,
      })
      return [responses[0]?.errorCode, responses[0]?.errorMessage]
    }
    expect(await alter('retention.ms', '1000')).toEqual([ErrorCode.NONE, null])
    expect(await alter('cleanup.policy', 'delete')).toEqual(refused(/only be set when a topic is created/))
    expect(await alter('cleanup.policy', null)).toEqual(refused(/only be set when a topic is created/))
    expect(await alter('min.insync.replicas', '1')).toEqual(refused(/min\.insync\.replicas cannot be set/))
    // The older form names what shall stay.
    const replace = (...configs: { name: string; value: string }[]) =>
      controller.channel.request(AlterConfigs, 2, {
        resources: [{ resourceType: ConfigResourceType.topic, resourceName: 'a', configs }],
        validateOnly: false,
      })
    const kept = { name: 'cleanup.policy', value: 'compact' }
    expect((await replace(kept)).responses[0]?.errorCode).toBe(ErrorCode.NONE)
    expect((await replace()).responses[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
  })

  it('are made and removed so many partitions at a time', async () => {
    await started({ partitionChanges: { count: 10, windowSeconds: 10 } })
    expect(await create('a', { numPartitions: 11 })).toBe('made')
    expect(await create('b')).toEqual([ErrorCode.THROTTLING_QUOTA_EXCEEDED, expect.any(String)])
    // Internal topics need no leave.
    expect(await create('__transaction_state', { numPartitions: 5 })).toBe('made')
    await controller.clock.advance(2_000)
    expect(await create('b')).toBe('made')
  })

  it('are asked for so often: whoever comes too fast is slowed down', async () => {
    await started({ topicRequestsPerSecond: 2 })
    const ask = async (name: string) => {
      const request = { topics: [topic(name)], timeoutMs: 1_000, validateOnly: true }
      return (await controller.channel.request(CreateTopics, 7, request)).throttleTimeMs
    }
    for (let at = 0; at < 20; at++) expect(await ask('a')).toBe(0)
    expect(await ask('a')).toBeGreaterThan(0)
    expect(await ask('__consumer_offsets')).toBe(0)
  })
})
