import { readFileSync } from 'node:fs'
import {
  AlterConfigs,
  DescribeConfigs,
  ErrorCode,
  IncrementalAlterConfigs,
  ListConfigResources,
  Metadata,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import { batch, byChance, createTopic, eventually, produce, uniqueName, versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

const topicType = 2
const brokerType = 4
const [set, remove, append, subtract] = [0, 1, 2, 3]
/** Sources: a topic's own, dynamic of the broker, dynamic default, static, default. */
const [topicSource, , , staticSource, defaultSource] = [1, 2, 3, 4, 5]

interface Fact {
  name: string
  default: string | null
  type: string
}
const facts: { topic: Fact[] } = JSON.parse(
  readFileSync(new URL('../data/kafka-messages/configs.json', import.meta.url), 'utf8'),
)

describe('configurations', () => {
  let engine: Engine
  let peer: Peer
  let node: string
  beforeAll(async () => {
    // What is set for all brokers is every topic's: of those that other tests have, too.
    engine = await start({ isOwn: true })
    peer = await Peer.open(engine.bootstrap)
    node = String((await peer.send(Metadata, 9, { topics: [] })).brokers[0]?.nodeId)
  })
  afterAll(async () => {
    peer.close()
    await engine.stop()
  })

  const describeResource = async (
    resourceType: number,
    resourceName: string,
    options: { version?: number; keys?: string[] | null; synonyms?: boolean; documentation?: boolean } = {},
  ) => {
    const { version = 4, keys = null, synonyms = false, documentation = false } = options
    const response = await peer.send(DescribeConfigs, version, {
      resources: [{ resourceType, resourceName, configurationKeys: keys }],
      includeSynonyms: synonyms,
      ...(version >= 3 ? { includeDocumentation: documentation } : {}),
    })
    const result = response.results[0]
    if (!result) throw new Error('no result')
    return result
  }

  const valueOf = async (name: string, key: string) =>
    (await describeResource(topicType, name, { keys: [key] })).configs[0]?.value

  type Change = [key: string, operation: number, value: string | null]
  const alter = async (
    resourceType: number,
    resourceName: string,
    changes: Change[],
    options: { version?: number; validateOnly?: boolean } = {},
  ) => {
    const response = await peer.send(IncrementalAlterConfigs, options.version ?? 1, {
      resources: [
        {
          resourceType,
          resourceName,
          configs: changes.map(([name, configOperation, value]) => ({ name, configOperation, value })),
        },
      ],
      validateOnly: options.validateOnly ?? false,
    })
    return response.responses[0]?.errorCode
  }

  const loggerType = 8

  it('root is a logger, whose level can be set', async () => {
    const level = async () => {
      const { errorCode, configs } = await describeResource(loggerType, node, { keys: ['root'] })
      expect(errorCode).toBe(ErrorCode.NONE)
      return configs[0]?.value
    }
    const before = (await byChance(level)) ?? ''
    expect(await alter(loggerType, node, [['root', set, 'ERROR']])).toBe(ErrorCode.NONE)
    expect(await level()).toBe('ERROR')
    expect(await alter(loggerType, node, [['root', set, 'WARN']], { validateOnly: true })).toBe(
      ErrorCode.NONE,
    )
    expect(await level()).toBe('ERROR')
    expect(await alter(loggerType, node, [['root', set, before]])).toBe(ErrorCode.NONE)
  })

  it.each<[string, Change[], number]>([
    ['a level that there is not', [['root', set, 'LOUD']], ErrorCode.INVALID_CONFIG],
    ['a level that is not written as they are', [['root', set, 'warn']], ErrorCode.INVALID_CONFIG],
    ['no level', [['root', set, null]], ErrorCode.INVALID_REQUEST],
    ['a logger that there is not', [['nobody.knows', set, 'INFO']], ErrorCode.INVALID_CONFIG],
    ['the end of root', [['root', remove, null]], ErrorCode.INVALID_REQUEST],
    ['the end of what is not there', [['nobody.knows', remove, null]], ErrorCode.INVALID_CONFIG],
    ['more', [['root', append, 'INFO']], ErrorCode.INVALID_REQUEST],
    ['less', [['root', subtract, 'INFO']], ErrorCode.INVALID_REQUEST],
    [
      'two levels',
      [
        ['root', set, 'INFO'],
        ['root', set, 'WARN'],
      ],
      ErrorCode.INVALID_REQUEST,
    ],
  ])('a logger cannot be given %s', async (_, changes, errorCode) => {
    expect(await alter(loggerType, node, changes)).toBe(errorCode)
  })

  it.each(['', '77', 'nobody'])('there are no loggers of %j', async (name) => {
    expect(await alter(loggerType, name, [['root', set, 'WARN']])).toBe(ErrorCode.INVALID_REQUEST)
    expect(await describeResource(loggerType, name)).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      configs: [],
    })
  })

  describe('DescribeConfigs', () => {
    it.each(versionsOf(DescribeConfigs))(
      "tells all of a topic's configurations, version %i",
      async (version) => {
        const { name } = await createTopic(peer)
        const result = await describeResource(topicType, name, { version })
        expect(result).toMatchObject({ errorCode: 0, resourceType: topicType, resourceName: name })
        const names = result.configs.map((config) => config.name)
        expect(new Set(names).size).toBe(names.length)
        const missing = [
          'cleanup.policy',
          'retention.ms',
          'segment.bytes',
          'max.message.bytes',
          'min.insync.replicas',
        ]
        expect(names).toEqual(expect.arrayContaining(missing))
        for (const fact of facts.topic.filter((known) => names.includes(known.name))) {
          const config = result.configs.find((found) => found.name === fact.name)
          if (config?.configSource === defaultSource)
            expect([fact.name, config.value]).toEqual([fact.name, fact.default])
        }
      },
    )

    it('tells only what is asked for', async () => {
      const { name } = await createTopic(peer, { configs: { 'retention.ms': '777' } })
      const keys = ['retention.ms', 'cleanup.policy', 'no.such.key']
      const result = await describeResource(topicType, name, { keys })
      expect(result.configs.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
        {
          name: 'cleanup.policy',
          value: 'delete',
          readOnly: false,
          configSource: defaultSource,
          isSensitive: false,
          synonyms: [],
          configType: 7,
          documentation: null,
        },
        {
          name: 'retention.ms',
          value: '777',
          readOnly: false,
          configSource: topicSource,
          isSensitive: false,
          synonyms: [],
          configType: 5,
          documentation: null,
        },
      ])
    })

    it.each([3, 4])('tells what each config is for, version %i', async (version) => {
      const { name } = await createTopic(peer)
      for (const [type, resource, key] of [
        [topicType, name, 'retention.ms'],
        [brokerType, node, 'log.cleaner.threads'],
      ] as const) {
        const options = { version, keys: [key], documentation: true }
        const { configs } = await describeResource(type, resource, options)
        expect(configs).toHaveLength(1)
        const without = configs.filter((config) => (config.documentation ?? '').length < 10)
        expect(without.map((config) => config.name)).toEqual([])
      }
    })

    it('tells synonyms in the order in which they count', async () => {
      const { name } = await createTopic(peer, {
        configs: { 'retention.ms': '777', 'max.message.bytes': '5000' },
      })
      const keys = ['retention.ms', 'segment.bytes', 'max.message.bytes', 'flush.ms']
      const result = await describeResource(topicType, name, { keys, synonyms: true })
      const synonyms = Object.fromEntries(
        result.configs.map((config) => [
          config.name,
          config.synonyms.map((synonym) => [synonym.name, synonym.value, synonym.source]),
        ]),
      )
      expect(synonyms).toEqual({
        'retention.ms': [['retention.ms', '777', topicSource]],
        'max.message.bytes': [
          ['max.message.bytes', '5000', topicSource],
          ['message.max.bytes', '1048588', defaultSource],
        ],
        'flush.ms': [],
        'segment.bytes': [['log.segment.bytes', '1073741824', defaultSource]],
      })
    })

    it('tells what the broker was started with', async () => {
      const keys = ['num.partitions', 'offsets.topic.num.partitions', 'message.max.bytes']
      const result = await describeResource(brokerType, node, { keys, synonyms: true })
      expect(result.errorCode).toBe(0)
      const found = Object.fromEntries(result.configs.map((config) => [config.name, config]))
      expect(found['num.partitions']).toMatchObject({
        value: '2',
        configSource: staticSource,
        readOnly: true,
        isSensitive: false,
        configType: 3,
      })
      expect(found['num.partitions']?.synonyms).toEqual([
        { name: 'num.partitions', value: '2', source: staticSource },
        { name: 'num.partitions', value: '1', source: defaultSource },
      ])
      expect(found['offsets.topic.num.partitions']).toMatchObject({ value: '3', configSource: staticSource })
      expect(found['message.max.bytes']).toMatchObject({
        value: '1048588',
        configSource: defaultSource,
        readOnly: false,
      })
    })

    it('answers what is not there', async () => {
      expect(await describeResource(topicType, uniqueName('absent'))).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        configs: [],
      })
      expect(await describeResource(topicType, 'not valid')).toMatchObject({
        errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION,
        configs: [],
      })
      expect(await describeResource(brokerType, '4711')).toMatchObject({
        errorCode: ErrorCode.INVALID_REQUEST,
        configs: [],
      })
      expect(await describeResource(brokerType, 'one')).toMatchObject({
        errorCode: ErrorCode.INVALID_REQUEST,
        configs: [],
      })
      expect(await describeResource(99, 'x')).toMatchObject({
        errorCode: ErrorCode.INVALID_REQUEST,
        configs: [],
      })
    })
  })

  describe('IncrementalAlterConfigs', () => {
    it.each(versionsOf(IncrementalAlterConfigs))('sets and removes, version %i', async (version) => {
      const { name } = await createTopic(peer)
      expect(
        await alter(
          topicType,
          name,
          [
            ['retention.ms', set, '5000'],
            ['segment.ms', set, '60000'],
          ],
          { version },
        ),
      ).toBe(0)
      await eventually(async () => ((await valueOf(name, 'retention.ms')) === '5000' ? true : undefined))
      expect(await valueOf(name, 'segment.ms')).toBe('60000')
      expect(await alter(topicType, name, [['retention.ms', remove, null]], { version })).toBe(0)
      await eventually(async () => ((await valueOf(name, 'retention.ms')) === '604800000' ? true : undefined))
      expect(await valueOf(name, 'segment.ms')).toBe('60000')
    })

    it('adds to lists and takes from them', async () => {
      const { name } = await createTopic(peer)
      expect(await alter(topicType, name, [['cleanup.policy', append, 'compact']])).toBe(0)
      await eventually(async () =>
        (await valueOf(name, 'cleanup.policy')) === 'delete,compact' ? true : undefined,
      )
      expect(await alter(topicType, name, [['cleanup.policy', subtract, 'delete']])).toBe(0)
      await eventually(async () => ((await valueOf(name, 'cleanup.policy')) === 'compact' ? true : undefined))
      expect(await alter(topicType, name, [['retention.ms', append, '1']])).toBe(ErrorCode.INVALID_CONFIG)
    })

    it('takes effect on what is produced', async () => {
      const topic = await createTopic(peer)
      expect((await produce(peer, topic, batch(['x'.repeat(2000)]))).errorCode).toBe(0)
      await alter(topicType, topic.name, [['max.message.bytes', set, '1000']])
      await eventually(async () =>
        (await produce(peer, topic, batch(['x'.repeat(2000)]))).errorCode === ErrorCode.MESSAGE_TOO_LARGE
          ? true
          : undefined,
      )
    })

    it('only checks where told so', async () => {
      const { name } = await createTopic(peer)
      expect(await alter(topicType, name, [['retention.ms', set, '5000']], { validateOnly: true })).toBe(0)
      expect(await alter(topicType, name, [['retention.ms', set, 'x']], { validateOnly: true })).toBe(
        ErrorCode.INVALID_CONFIG,
      )
      expect(await valueOf(name, 'retention.ms')).toBe('604800000')
    })

    it.each([
      ['an unknown key', [['no.such', set, '1']], ErrorCode.INVALID_CONFIG],
      ['a value of the wrong type', [['retention.ms', set, 'soon']], ErrorCode.INVALID_CONFIG],
      ['a value out of range', [['min.insync.replicas', set, '0']], ErrorCode.INVALID_CONFIG],
      ['a value that is not allowed', [['compression.type', set, 'rar']], ErrorCode.INVALID_CONFIG],
      ['a null value', [['retention.ms', set, null]], ErrorCode.INVALID_REQUEST],
      [
        'a key twice',
        [
          ['retention.ms', set, '1'],
          ['retention.ms', remove, null],
        ],
        ErrorCode.INVALID_REQUEST,
      ],
    ] as [string, Change[], number][])('refuses %s and changes nothing', async (_, changes, code) => {
      const { name } = await createTopic(peer)
      expect(await alter(topicType, name, [['segment.ms', set, '60000'], ...changes])).toBe(code)
      expect(await valueOf(name, 'segment.ms')).toBe('604800000')
    })

    it('answers what is not there', async () => {
      expect(await alter(topicType, uniqueName('absent'), [['retention.ms', set, '1']])).toBe(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      )
      expect(await alter(99, 'x', [['retention.ms', set, '1']])).toBe(ErrorCode.INVALID_REQUEST)
    })

    it('changes the broker, for itself and for all', async () => {
      const key = 'log.index.interval.bytes'
      const read = async () => (await describeResource(brokerType, node, { keys: [key] })).configs[0]
      const until = (value: string, source: number) =>
        eventually(async () => {
          const config = await read()
          return config?.value === value && config.configSource === source ? true : undefined
        })
      await until('4096', defaultSource)
      expect(await alter(brokerType, '', [[key, set, '4097']])).toBe(0)
      await until('4097', 3)
      expect(await alter(brokerType, node, [[key, set, '4098']])).toBe(0)
      await until('4098', 2)
      const [described] = (await describeResource(brokerType, node, { keys: [key], synonyms: true })).configs
      expect(described?.synonyms).toEqual([
        { name: key, value: '4098', source: 2 },
        { name: key, value: '4097', source: 3 },
        { name: key, value: '4096', source: defaultSource },
      ])
      expect(await alter(brokerType, node, [[key, remove, null]])).toBe(0)
      await until('4097', 3)
      expect(await alter(brokerType, '', [[key, remove, null]])).toBe(0)
      await until('4096', defaultSource)
    })

    it('names every source of a value, also behind a dynamic one', async () => {
      const topic = await createTopic(peer, { configs: { 'max.message.bytes': '5000' } })
      const key = 'message.max.bytes'
      expect(await alter(brokerType, '', [[key, set, '1048589']])).toBe(0)
      const synonymsOf = async (type: number, name: string, config: string) => {
        const { configs } = await describeResource(type, name, { keys: [config], synonyms: true })
        return configs[0]?.synonyms.map((synonym) => [synonym.name, synonym.value, synonym.source])
      }
      const chain = [
        [key, '1048589', 3],
        [key, '1048588', defaultSource],
      ]
      await eventually(async () => {
        const { configs } = await describeResource(brokerType, node, { keys: [key] })
        return configs[0]?.value === '1048589' ? true : undefined
      })
      expect(await synonymsOf(brokerType, node, key)).toEqual(chain)
      expect(await synonymsOf(topicType, topic.name, 'max.message.bytes')).toEqual([
        ['max.message.bytes', '5000', topicSource],
        ...chain,
      ])
      expect(await synonymsOf(brokerType, '', key)).toEqual(chain.slice(0, 1))
      expect(await alter(brokerType, '', [[key, remove, null]])).toBe(0)
    })

    const locksOut: [string, string][] = [
      ['max.connections', '0'],
      ['max.connections.per.ip', '0'],
      ['max.connection.creation.rate', '0'],
      ['log.roll.ms', '0'],
      ['log.roll.ms', '-1'],
      ['log.retention.ms', '0'],
      ['log.cleaner.dedupe.buffer.size', '1000'],
      ['log.local.retention.ms', '604800001'],
      ['group.consumer.assignment.interval.ms', '15001'],
      ['log.cleanup.policy', 'delete,delete'],
      ['max.connections.per.ip.overrides', 'localhost'],
    ]
    it.each(locksOut)('refuses what no broker could run with: %s=%s', async (key, value) => {
      for (const broker of [node, ''])
        expect(await alter(brokerType, broker, [[key, set, value]])).toBe(ErrorCode.INVALID_REQUEST)
    })

    it("judges a topic's configs together with the broker's", async () => {
      const { name } = await createTopic(peer)
      const key = 'log.cleaner.max.compaction.lag.ms'
      expect(await alter(topicType, name, [['min.compaction.lag.ms', set, '5000']])).toBe(0)
      expect(await alter(topicType, name, [['max.compaction.lag.ms', set, '4999']])).toBe(
        ErrorCode.INVALID_CONFIG,
      )
      expect(await alter(brokerType, '', [[key, set, '4000']])).toBe(0)
      const other = await createTopic(peer)
      await eventually(async () =>
        (await valueOf(other.name, 'max.compaction.lag.ms')) === '4000' ? true : undefined,
      )
      expect(await alter(topicType, other.name, [['min.compaction.lag.ms', set, '4001']])).toBe(
        ErrorCode.INVALID_CONFIG,
      )
      expect(await alter(brokerType, '', [[key, remove, null]])).toBe(0)
    })

    it('refuses to change what only a start can change', async () => {
      expect(await alter(brokerType, node, [['num.partitions', set, '7']])).toBe(ErrorCode.INVALID_REQUEST)
      expect(await alter(brokerType, '', [['num.partitions', set, '7']])).toBe(ErrorCode.INVALID_REQUEST)
    })
  })

  describe('AlterConfigs', () => {
    it.each(versionsOf(AlterConfigs))(
      'replaces all configurations of a topic, version %i',
      async (version) => {
        const { name } = await createTopic(peer, { configs: { 'retention.ms': '777' } })
        const response = await peer.send(AlterConfigs, version, {
          resources: [
            {
              resourceType: topicType,
              resourceName: name,
              configs: [{ name: 'segment.ms', value: '60000' }],
            },
          ],
        })
        expect(response.responses[0]).toMatchObject({
          errorCode: 0,
          resourceType: topicType,
          resourceName: name,
        })
        await eventually(async () => ((await valueOf(name, 'segment.ms')) === '60000' ? true : undefined))
        expect(await valueOf(name, 'retention.ms')).toBe('604800000')
      },
    )

    it('only checks where told so, and refuses wrong values', async () => {
      const { name } = await createTopic(peer, { configs: { 'retention.ms': '777' } })
      const send = async (value: string, validateOnly: boolean) =>
        (
          await peer.send(AlterConfigs, 2, {
            resources: [
              { resourceType: topicType, resourceName: name, configs: [{ name: 'segment.ms', value }] },
            ],
            validateOnly,
          })
        ).responses[0]?.errorCode
      expect(await send('60000', true)).toBe(0)
      expect(await send('none', false)).toBe(ErrorCode.INVALID_CONFIG)
      expect(await valueOf(name, 'retention.ms')).toBe('777')
    })
  })

  describe('ListConfigResources', () => {
    it('lists the resources of the types asked', async () => {
      const { name } = await createTopic(peer)
      const topics = await peer.send(ListConfigResources, 1, { resourceTypes: [topicType] })
      expect(topics.errorCode).toBe(0)
      expect(topics.configResources).toContainEqual({ resourceName: name, resourceType: topicType })
      expect(new Set(topics.configResources.map((resource) => resource.resourceType))).toEqual(
        new Set([topicType]),
      )
      const brokers = await peer.send(ListConfigResources, 1, { resourceTypes: [brokerType] })
      expect(brokers.configResources).toContainEqual({ resourceName: node, resourceType: brokerType })
      const all = await peer.send(ListConfigResources, 1, { resourceTypes: [] })
      expect(all.configResources).toContainEqual({ resourceName: name, resourceType: topicType })
    })

    it('lists client metrics only in version 0, and refuses a type that it does not know', async () => {
      expect(await peer.send(ListConfigResources, 0, {})).toMatchObject({ errorCode: 0, configResources: [] })
      expect((await peer.send(ListConfigResources, 1, { resourceTypes: [99] })).errorCode).toBe(
        ErrorCode.UNSUPPORTED_VERSION,
      )
    })
  })
})
