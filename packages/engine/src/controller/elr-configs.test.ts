import { AlterConfigs, ConfigResourceType, ErrorCode, IncrementalAlterConfigs } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestController } from './testing/test-controller.ts'

let controller: TestController

beforeEach(async () => {
  controller = await (await new TestController().open()).brokers(1, 2)
})

afterEach(() => controller.close())

const name = 'min.insync.replicas'
const everyBroker = ''
const types = () => controller.take().map(({ type, value }) => [type, value])
const cleared = (topicName: string) => ['ClearElrRecord', { topicName }]
const written = ['ConfigRecord', expect.anything()]

/** null takes the config away. */
async function alter(resourceType: number, resourceName: string, value: string | null) {
  const configs = [{ name, configOperation: value === null ? 1 : 0, value }]
  const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
    resources: [{ resourceType, resourceName, configs }],
  })
  return responses[0]
}

describe('min.insync.replicas with eligible leader replicas', () => {
  beforeEach(async () => {
    await controller.createTopic({
      name: 't',
      assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }],
      configs: [{ name, value: '2' }],
    })
    await controller.heartbeat(2, { wantFence: true })
  })

  it('forgets who is eligible in the topic whose value changes, and in all where that of all does', async () => {
    expect(controller.image.partition('t', 0)).toMatchObject({ eligibleLeaderReplicas: [2] })
    controller.take()
    await alter(ConfigResourceType.topic, 't', '1')
    expect(types()).toEqual([written, cleared('t')])
    expect(controller.image.partition('t', 0)).toMatchObject({
      eligibleLeaderReplicas: [],
      partitionEpoch: 2,
    })
    await alter(ConfigResourceType.broker, everyBroker, '2')
    expect(types()).toEqual([written, cleared('')])
  })

  it('is in every new topic that has one of its own', async () => {
    controller.take()
    await controller.createTopic({
      name: 'u',
      numPartitions: 1,
      replicationFactor: 1,
      configs: [{ name, value: '1' }],
    })
    expect(types().map(([type]) => type)).toEqual([
      'TopicRecord',
      'ConfigRecord',
      'ClearElrRecord',
      'PartitionRecord',
    ])
  })

  it('is one for all brokers, and is not taken away', async () => {
    controller.take()
    expect(await alter(ConfigResourceType.broker, '1', '2')).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
    })
    const removal = {
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.',
    }
    expect(await alter(ConfigResourceType.broker, everyBroker, null)).toMatchObject(removal)
    const { responses } = await controller.channel.request(AlterConfigs, 2, {
      resources: [{ resourceType: ConfigResourceType.broker, resourceName: everyBroker, configs: [] }],
    })
    expect(responses).toMatchObject([removal])
    expect(types()).toEqual([])
  })
})

it('is as it was in a cluster without eligible leader replicas', async () => {
  await controller.dropElr()
  controller.take()
  expect(await alter(ConfigResourceType.broker, '1', '2')).toMatchObject({ errorCode: 0 })
  expect(types()).toEqual([written])
})
