import { AlterConfigs, ConfigRecord, ErrorCode, IncrementalAlterConfigs } from '@sluice/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BrokerConfig, ConfigSource } from '../metadata/configs.ts'
import { describeConfigs } from '../metadata/describe-configs.ts'
import { logConfigOf } from '../storage/log-config.ts'
import { TestController, valuesOf } from './testing/test-controller.ts'

const [topic, broker, logger, metrics, group] = [2, 4, 8, 16, 32]
const operations = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 }

let controller: TestController

beforeEach(async () => {
  controller = await (
    await new TestController({ properties: { 'log.retention.hours': '100' } }).open()
  ).brokers(1)
  await controller.createTopic({ name: 'a' })
  controller.take()
})

afterEach(() => controller.close())

type Operation = [keyof typeof operations, string, string | null]

async function alter(resourceType: number, resourceName: string, ...changes: Operation[]) {
  const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
    resources: [
      {
        resourceType,
        resourceName,
        configs: changes.map(([operation, name, value]) => ({
          name,
          configOperation: operations[operation],
          value,
        })),
      },
    ],
    validateOnly: false,
  })
  const [response] = responses
  return [response?.errorCode, response?.errorMessage] as const
}

const written = () => valuesOf(controller.take(), ConfigRecord).map(({ name, value }) => [name, value])

describe('IncrementalAlterConfigs', () => {
  it('sets and takes away, and writes only what changes', async () => {
    expect(await alter(topic, 'a', ['SET', 'retention.ms', '5'], ['SET', 'segment.ms', '9'])).toEqual([
      0,
      null,
    ])
    expect(written()).toEqual([
      ['retention.ms', '5'],
      ['segment.ms', '9'],
    ])
    await alter(topic, 'a', ['SET', 'retention.ms', '5'], ['DELETE', 'flush.ms', null])
    expect(written()).toEqual([])
    await alter(topic, 'a', ['DELETE', 'retention.ms', ''])
    expect(written()).toEqual([['retention.ms', null]])
  })

  it('adds to a list and takes from it, from what is inherited on', async () => {
    await alter(topic, 'a', ['APPEND', 'cleanup.policy', 'compact'])
    expect(written()).toEqual([['cleanup.policy', 'delete,compact']])
    await alter(topic, 'a', ['APPEND', 'cleanup.policy', 'compact'])
    expect(written()).toEqual([])
    await alter(topic, 'a', ['SUBTRACT', 'cleanup.policy', 'delete'])
    expect(written()).toEqual([['cleanup.policy', 'compact']])
    await alter(broker, '1', ['APPEND', 'log.cleanup.policy', 'compact'])
    expect(written()).toEqual([['log.cleanup.policy', 'delete,compact']])
  })

  it('only validates when asked to', async () => {
    const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
      resources: [
        {
          resourceType: topic,
          resourceName: 'a',
          configs: [{ name: 'retention.ms', configOperation: 0, value: '5' }],
        },
      ],
      validateOnly: true,
    })
    expect(responses[0]?.errorCode).toBe(0)
    expect(written()).toEqual([])
  })

  const { INVALID_REQUEST, INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION } = ErrorCode
  const refusals: [number, string, Operation[], number, RegExp][] = [
    [topic, 'a', [['SET', 'retention.ms', 'x']], INVALID_CONFIG, /Not a number of type LONG/],
    [topic, 'a', [['SET', 'foo', 'x']], INVALID_CONFIG, /Unknown topic config name: foo/],
    [topic, 'a', [['APPEND', 'retention.ms', '1']], INVALID_CONFIG, /Can't APPEND.*not LIST/],
    [topic, 'a', [['APPEND', 'cleanup.policy', 'zip']], INVALID_CONFIG, /must be one of: compact, delete/],
    [topic, 'a', [['SET', 'retention.ms', null]], INVALID_REQUEST, /Null value not supported/],
    [
      topic,
      'a',
      [
        ['SET', 'retention.ms', '5'],
        ['SET', 'retention.ms', '6'],
      ],
      INVALID_REQUEST,
      /duplicate config keys/,
    ],
    [topic, 'zz', [['SET', 'retention.ms', '5']], UNKNOWN_TOPIC_OR_PARTITION, /'zz' does not exist/],
    [topic, '', [['SET', 'retention.ms', '5']], INVALID_REQUEST, /Default topic resources/],
    [topic, 'x y', [['SET', 'retention.ms', '5']], INVALID_TOPIC_EXCEPTION, /invalid/],
    [broker, '1', [['SET', 'node.id', '3']], INVALID_REQUEST, /dynamically: \[node\.id\]/],
    [broker, '1', [['SET', 'log.cleaner.threads', 'x']], INVALID_REQUEST, /Not a number of type INT/],
    [broker, '', [['SET', 'listeners', 'x']], INVALID_REQUEST, /broker id must be specified: \[listeners\]/],
    [broker, '1', [['SET', 'ssl.keystore.password', 'x']], INVALID_REQUEST, /listener prefix/],
    ...[
      'sasl.enabled.mechanisms',
      'plain.sasl.jaas.config',
      'ssl.truststore.certificates',
      'ssl.client.auth',
    ].map((name): (typeof refusals)[number] => [
      broker,
      '1',
      [['SET', `listener.name.client.${name}`, 'required']],
      INVALID_REQUEST,
      /Cannot update these configs dynamically: \[listener\.name\.client\./,
    ]),
    [broker, '1', [['SET', 'log.retention.ms', '0']], INVALID_REQUEST, /unlimited/],
    [broker, '7', [['SET', 'log.cleaner.threads', '2']], ErrorCode.BROKER_ID_NOT_REGISTERED, /7/],
    [broker, 'x', [['SET', 'log.cleaner.threads', '2']], INVALID_REQUEST, /must be an integer/],
    [group, 'g', [['SET', 'foo', '1']], INVALID_CONFIG, /Unknown group config name: foo/],
    [group, 'g', [['SET', 'consumer.session.timeout.ms', '5']], INVALID_CONFIG, /range 45000 to 60000/],
    [group, '', [['SET', 'consumer.session.timeout.ms', '50000']], INVALID_REQUEST, /Default group/],
    [metrics, 'm', [['SET', 'interval.ms', '1']], INVALID_REQUEST, /between 100 and 3600000/],
    [metrics, 'm', [['SET', 'match', 'client_id=[']], INVALID_CONFIG, /Illegal client matching pattern/],
    [metrics, 'm', [['SET', 'foo', '1']], INVALID_REQUEST, /Unknown client metrics configuration/],
    [metrics, '', [['SET', 'interval.ms', '1000']], INVALID_REQUEST, /can't be empty/],
    [logger, '1', [['SET', 'root', 'DEBUG']], INVALID_REQUEST, /not implemented/],
    [99, 'x', [['SET', 'y', 'z']], INVALID_REQUEST, /resource type 99/],
  ]
  it.each(refusals)('refuses for %i %s %j', async (type, name, changes, errorCode, message) => {
    const [code, text] = await alter(type, name, ...changes)
    expect(code).toBe(errorCode)
    expect(text).toMatch(message)
    expect(written()).toEqual([])
  })

  const accepted: [number, string, Operation][] = [
    [broker, '1', ['SET', 'log.cleaner.threads', '2']],
    [broker, '', ['SET', 'message.max.bytes', '2000000']],
    [broker, '1', ['SET', 'leader.replication.throttled.rate', '5']],
    [broker, '1', ['SET', 'plugin.of.mine', '3']],
    [broker, '1', ['SET', 'listener.name.client.max.connections', '9']],
    [group, 'g', ['SET', 'consumer.session.timeout.ms', '50000']],
    [group, 'g', ['SET', 'share.auto.offset.reset', 'by_duration:PT1H']],
    [metrics, 'm', ['SET', 'match', 'client_id=a.*']],
  ]
  it.each(accepted)('accepts for %i %s %j', async (type, name, change) => {
    expect(await alter(type, name, change)).toEqual([0, null])
    expect(written()).toEqual([[change[1], change[2]]])
  })

  it('lets numbers of threads at most double or halve', async () => {
    expect((await alter(broker, '1', ['SET', 'num.io.threads', '17']))[0]).toBe(INVALID_REQUEST)
    expect((await alter(broker, '1', ['SET', 'num.io.threads', '3']))[0]).toBe(INVALID_REQUEST)
    expect((await alter(broker, '1', ['SET', 'num.io.threads', '16']))[0]).toBe(0)
    expect((await alter(broker, '1', ['SET', 'num.io.threads', '32']))[0]).toBe(0)
    // Broker 1, the only one, has its own.
    expect((await alter(broker, '', ['SET', 'num.io.threads', '100']))[0]).toBe(0)
    expect((await alter(broker, '', ['SET', 'num.network.threads', '100']))[0]).toBe(INVALID_REQUEST)
  })

  it('names a resource once', async () => {
    const resource = {
      resourceType: topic,
      resourceName: 'a',
      configs: [{ name: 'retention.ms', configOperation: 0, value: '5' }],
    }
    const { responses } = await controller.channel.request(IncrementalAlterConfigs, 1, {
      resources: [resource, resource],
    })
    expect(responses.map(({ errorCode }) => errorCode)).toEqual([INVALID_REQUEST, INVALID_REQUEST])
  })
})

describe('AlterConfigs', () => {
  it('replaces all that is there', async () => {
    await alter(topic, 'a', ['SET', 'retention.ms', '5'], ['SET', 'segment.ms', '9'])
    controller.take()
    const { responses } = await controller.channel.request(AlterConfigs, 2, {
      resources: [
        {
          resourceType: topic,
          resourceName: 'a',
          configs: [
            { name: 'segment.ms', value: '9' },
            { name: 'flush.ms', value: '1' },
          ],
        },
      ],
    })
    expect(responses[0]?.errorCode).toBe(0)
    expect(written()).toEqual([
      ['retention.ms', null],
      ['flush.ms', '1'],
    ])
  })
})

describe('BrokerConfig', () => {
  const config = (more: Record<string, string> = {}) =>
    new BrokerConfig({
      image: controller.image,
      nodeId: 1,
      staticProperties: { ...controller.properties, 'node.id': '1', ...more },
    })

  it('prefers the topic, then this broker, all brokers, the static properties, the default', async () => {
    const ours = config()
    expect(ours.topicInt('a', 'retention.ms')).toBe(360_000_000)
    await alter(broker, '', ['SET', 'log.retention.ms', '99'])
    expect(ours.topicInt('a', 'retention.ms')).toBe(99)
    await alter(broker, '1', ['SET', 'log.retention.ms', '98'])
    expect(ours.topicInt('a', 'retention.ms')).toBe(98)
    await alter(topic, 'a', ['SET', 'retention.ms', '97'])
    expect(ours.topicInt('a', 'retention.ms')).toBe(97)
    expect(ours.topicInt('b', 'retention.ms')).toBe(98)
    expect(ours.topicInt('b', 'segment.ms')).toBe(604_800_000)
  })

  it('keeps a log config until something that it rests on changes', async () => {
    const ours = config()
    const before = ours.topicView('a', logConfigOf)
    await alter(topic, 'a', ['SET', 'cleanup.policy', 'compact'])
    const after = ours.topicView('a', logConfigOf)
    expect([before.cleanupPolicy, after.cleanupPolicy]).toEqual([
      { compact: false, delete: true },
      { compact: true, delete: false },
    ])
    await controller.createTopic({ name: 'other', configs: [{ name: 'retention.ms', value: '1' }] })
    expect(ours.topicView('a', logConfigOf)).toBe(after)
    await alter(topic, 'a', ['DELETE', 'cleanup.policy', null])
    expect(ours.topicView('a', logConfigOf)).toEqual(before)
  })

  it('turns hours into milliseconds, and -1 of them into none', () => {
    const hours = (value: string) =>
      new BrokerConfig({
        image: controller.image,
        nodeId: 1,
        staticProperties: { 'log.retention.hours': value, 'log.roll.hours': '2' },
      })
    expect(hours('2').topicInt('a', 'retention.ms')).toBe(7_200_000)
    expect(hours('-1').topicInt('a', 'retention.ms')).toBe(-1)
    expect(hours('2').topicInt('a', 'segment.ms')).toBe(7_200_000)
  })

  it('describes values with their sources and synonyms', async () => {
    await alter(broker, '', ['SET', 'log.retention.ms', '99'])
    await alter(topic, 'a', ['SET', 'retention.ms', ' 97 '])
    const entries = describeConfigs(config(), controller.image, { type: topic, name: 'a' }, ['retention.ms'])
    expect(entries).toEqual([
      {
        name: 'retention.ms',
        value: '97',
        readOnly: false,
        configSource: ConfigSource.topic,
        isSensitive: false,
        synonyms: [
          { name: 'retention.ms', value: '97', source: ConfigSource.topic },
          { name: 'log.retention.ms', value: '99', source: ConfigSource.dynamicDefaultBroker },
        ],
        configType: 5,
        documentation: expect.stringContaining('Milliseconds'),
      },
    ])
  })

  it('shows no passwords, and nothing of what nobody knows', async () => {
    const login = 'delegation.token.secret.key'
    await alter(broker, '1', ['SET', 'plugin.of.mine', '3'])
    const ours = config({ [login]: 'hush-hush' })
    const entries = describeConfigs(ours, controller.image, { type: broker, name: '1' }, null)
    const entry = (name: string) => entries.find((one) => one.name === name)
    const hidden = { value: null, isSensitive: true }
    expect(entry(login)).toMatchObject({ ...hidden, configSource: 4, readOnly: true })
    expect(entry('plugin.of.mine')).toMatchObject({ ...hidden, configSource: 2 })
    expect(entry('node.id')).toMatchObject({ value: '1', readOnly: true, configSource: 4 })
    expect(entry('log.cleaner.threads')).toMatchObject({ value: '1', readOnly: false, configSource: 5 })
    expect(entry('unstable.api.versions.enable')).toBeUndefined()
    expect(entries.some(({ value }) => value === 'hush-hush')).toBe(false)
    expect(entries.flatMap(({ synonyms }) => synonyms).some(({ value }) => value === 'hush-hush')).toBe(false)
  })

  it('names no default for what is only ever dynamic', async () => {
    await alter(broker, '1', ['SET', 'leader.replication.throttled.rate', '5'])
    const entries = describeConfigs(config(), controller.image, { type: broker, name: '1' }, [
      'leader.replication.throttled.rate',
    ])
    expect(entries[0]?.synonyms).toEqual([
      { name: 'leader.replication.throttled.rate', value: '5', source: ConfigSource.dynamicBroker },
    ])
  })

  it('shows for all brokers only what was set for all of them', async () => {
    await alter(broker, '', ['SET', 'message.max.bytes', '2000000'])
    const entries = describeConfigs(config(), controller.image, { type: broker, name: '' }, null)
    expect(entries.map(({ name, value, configSource }) => [name, value, configSource])).toEqual([
      // Without it replicas could not be eligible (KIP-966).
      ['min.insync.replicas', '1', 3],
      ['message.max.bytes', '2000000', 3],
    ])
  })
})
