import { lineLogger } from '@sluice/effects'
import { ConfigResourceType, DeleteTopics, IncrementalAlterConfigs } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Loss, noticeSentences } from '../storage/losses.ts'
import { TestController } from './testing/test-controller.ts'

let controller: TestController
let lines: string[]
let losses: Loss[]

beforeEach(async () => {
  lines = []
  losses = []
  const logger = lineLogger(
    (line) => lines.push(line),
    'warn',
    () => 0,
  )
  controller = await (
    await new TestController({ logger, onLoss: (loss) => losses.push(loss) }).open()
  ).brokers(1)
})
afterEach(() => controller.close())

const compacted = [{ name: 'cleanup.policy', value: 'compact' }]
const told = () =>
  lines
    .filter((line) => line.includes('compaction'))
    .map((line) => /topic=(\S+) policy=(\S+)/.exec(line)?.slice(1))

function alter(resourceType: number, resourceName: string, name: string, value: string) {
  return controller.channel.request(IncrementalAlterConfigs, 1, {
    resources: [{ resourceType, resourceName, configs: [{ name, configOperation: 0, value }] }],
  })
}

describe('a topic that asks for compaction', () => {
  it('is accepted, and named in the log once, from whatever it asks by', async () => {
    expect(await controller.createTopic({ name: 'connect-configs', configs: compacted })).toMatchObject({
      errorCode: 0,
    })
    await controller.createTopic({ name: 'plain' })
    expect(told()).toEqual([['connect-configs', 'compact']])
    expect(noticeSentences(losses)).toEqual([
      'cleanup.policy=compact is not done yet, old records stay: 1 topic (connect-configs).',
    ])
    await alter(ConfigResourceType.topic, 'connect-configs', 'cleanup.policy', 'compact,delete')
    expect(told()).toHaveLength(1)
    await alter(ConfigResourceType.topic, 'plain', 'cleanup.policy', 'compact,delete')
    expect(told().slice(1)).toEqual([['plain', 'compact,delete']])
  })

  it('is so by the policy of the brokers too', async () => {
    await controller.createTopic({ name: 'a' })
    await controller.createTopic({ name: 'kept', configs: [{ name: 'cleanup.policy', value: 'delete' }] })
    await alter(ConfigResourceType.broker, '', 'log.cleanup.policy', 'compact')
    expect(told()).toEqual([['a', 'compact']])
  })

  it('is told of again after a start, and when it has been made anew', async () => {
    await controller.createTopic({ name: 'a', configs: compacted })
    await controller.reopen()
    expect(told()).toHaveLength(2)
    await controller.channel.request(DeleteTopics, 6, { topics: [{ name: 'a' }], timeoutMs: 1000 })
    await controller.createTopic({ name: 'a', configs: compacted })
    expect(told()).toHaveLength(3)
  })

  it('may be one of ours, of which nobody is told', async () => {
    await controller.createTopic({ name: '__consumer_offsets', configs: compacted })
    expect(told()).toEqual([])
  })
})
