import {
  AlterClientQuotas,
  CreateTopics,
  DescribeClientQuotas,
  ErrorCode,
  Fetch,
  Produce,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, start } from './engine.ts'
import {
  batch,
  byChance,
  createTopic,
  eventually,
  fetchRequest,
  produce,
  produceRequest,
  uniqueName,
  versionsOf,
} from './fixture.ts'
import { Peer } from './peer.ts'

type Names = Record<string, string | null>
type Values = Record<string, number | null>
type Entry = readonly [Names, Values]

const match = { exact: 0, default: 1, specified: 2 }
type Component = readonly [entityType: string, matchType: number, match: string | null]

let engine: Engine
let peer: Peer
beforeAll(async () => {
  // Quotas of anybody are everybody's.
  engine = await start({ isOwn: true })
  peer = await Peer.open(engine.bootstrap)
})
afterAll(async () => {
  peer.close()
  await engine.stop()
})

async function alter(entries: readonly Entry[], options: { version?: number; validateOnly?: boolean } = {}) {
  const request = alterRequest(entries, options.validateOnly ?? false)
  const response = await peer.send(AlterClientQuotas, options.version ?? 1, request)
  return response.entries.map(({ errorCode }) => errorCode)
}

function alterRequest(entries: readonly Entry[], validateOnly: boolean) {
  return {
    entries: entries.map(([names, values]) => ({
      entity: Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName })),
      ops: Object.entries(values).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
    })),
    validateOnly,
  }
}

function describeQuotas(components: readonly Component[], strict = false, version = 1) {
  return peer.send(DescribeClientQuotas, version, {
    components: components.map(([entityType, matchType, name]) => ({ entityType, matchType, match: name })),
    strict,
  })
}

/** What a filter finds, as `user=alice client-id: producer_byte_rate=5`, in an order of our own. */
async function found(components: readonly Component[], strict = false, version = 1): Promise<string[]> {
  const { errorCode, entries } = await describeQuotas(components, strict, version)
  expect(errorCode).toBe(ErrorCode.NONE)
  return (entries ?? [])
    .map(({ entity, values }) => {
      const names = entity.map(({ entityType, entityName }) =>
        entityName === null ? entityType : `${entityType}=${entityName}`,
      )
      return `${names.sort().join(' ')}: ${values
        .map(({ key, value }) => `${key}=${value}`)
        .sort()
        .join(' ')}`
    })
    .sort()
}

/** Sets quotas, and takes them back when the test is over. */
async function withQuotas(entries: readonly Entry[], run: () => Promise<void>): Promise<void> {
  expect(new Set(await alter(entries))).toEqual(new Set([ErrorCode.NONE]))
  await eventually(async () => ((await found([])).length === entries.length ? true : undefined))
  try {
    await run()
  } finally {
    await alter(
      entries.map(([names, values]) => [
        names,
        Object.fromEntries(Object.keys(values).map((key) => [key, null])),
      ]),
    )
    await eventually(async () => ((await found([])).length === 0 ? true : undefined))
  }
}

describe('AlterClientQuotas', () => {
  it.each(versionsOf(AlterClientQuotas))('version %i sets and removes quotas', async (version) => {
    const user = uniqueName('user')
    const values = { producer_byte_rate: 1_000_000, consumer_byte_rate: 2_000_000, request_percentage: 12.5 }
    expect(await alter([[{ user }, values]], { version })).toEqual([ErrorCode.NONE])
    const own: Component[] = [['user', match.exact, user]]
    await eventually(async () => ((await found(own, false, version)).length === 1 ? true : undefined))
    expect(await found(own, false, version)).toEqual([
      `user=${user}: consumer_byte_rate=2000000 producer_byte_rate=1000000 request_percentage=12.5`,
    ])
    const removed = Object.fromEntries(Object.keys(values).map((key) => [key, null]))
    expect(await alter([[{ user }, removed]], { version })).toEqual([ErrorCode.NONE])
    await eventually(async () => ((await found(own, false, version)).length === 0 ? true : undefined))
  })

  it('only looks where it is told to', async () => {
    const user = uniqueName('user')
    expect(await alter([[{ user }, { producer_byte_rate: 1 }]], { validateOnly: true })).toEqual([0])
    expect(await alter([[{ user }, { producer_byte_rate: -1 }]], { validateOnly: true })).toEqual([42])
    expect(await found([['user', match.exact, user]])).toEqual([])
  })

  it('of what is not there removes nothing', async () => {
    expect(await alter([[{ user: 'nobody' }, { producer_byte_rate: null, no_quota: null }]])).toEqual([0])
  })

  it.each<[string, Names, Values]>([
    ['of nobody', {}, { producer_byte_rate: 1 }],
    ['of an empty name', { user: '' }, { producer_byte_rate: 1 }],
    ['of another kind of entity', { topic: 'a' }, { producer_byte_rate: 1 }],
    ['of an address and a user', { ip: '10.0.0.1', user: 'a' }, { connection_creation_rate: 1 }],
    ['of what is no address', { ip: 'no address' }, { connection_creation_rate: 1 }],
    ['of connections for a user', { user: 'a' }, { connection_creation_rate: 1 }],
    ['of bytes for an address', { ip: null }, { producer_byte_rate: 1 }],
    ['of nothing', { user: 'a' }, { producer_byte_rate: 0 }],
    ['below nothing', { user: 'a' }, { request_percentage: -1 }],
    ['that is no number', { user: 'a' }, { producer_byte_rate: Number.NaN }],
    ['that is not finite', { user: 'a' }, { controller_mutation_rate: Number.POSITIVE_INFINITY }],
    ['that is no whole number of bytes', { user: 'a' }, { producer_byte_rate: 1.5 }],
    ['of more bytes than a long holds', { user: 'a' }, { consumer_byte_rate: 2 ** 64 }],
    ['of more connections than an int holds', { ip: null }, { connection_creation_rate: 2 ** 31 }],
    ['of no whole connection', { ip: '::1' }, { connection_creation_rate: 0.5 }],
  ])('refuses a quota %s', async (_, names, values) => {
    expect(await alter([[names, values]], { validateOnly: true })).toEqual([ErrorCode.INVALID_REQUEST])
  })

  it('refuses an entity that comes twice, and yet the first entry counts', async () => {
    const user = uniqueName('user')
    const entry = (rate: number | null): Entry => [{ user }, { producer_byte_rate: rate }]
    expect(await alter([entry(5), entry(6)])).toEqual([ErrorCode.INVALID_REQUEST])
    const own: Component[] = [['user', match.exact, user]]
    await eventually(async () => ((await found(own)).length === 1 ? true : undefined))
    expect(await found(own)).toEqual([`user=${user}: producer_byte_rate=5`])
    expect(await alter([entry(null)])).toEqual([ErrorCode.NONE])
    await eventually(async () => ((await found(own)).length === 0 ? true : undefined))
  })
})

// The protocol promises no order, and yet clients' test suites compare whole arrays.
describe('the order of an answer', () => {
  const [producer, consumer] = ['producer_byte_rate', 'consumer_byte_rate']
  const [request, mutation] = ['request_percentage', 'controller_mutation_rate']
  const rates = (keys: readonly string[], rate: number | null = 1): Values =>
    Object.fromEntries(keys.map((key) => [key, rate]))
  const users = (names: string): Entry[] => names.split(' ').map((user) => [{ user }, { [producer]: 1 }])

  function entityText(entity: readonly { entityType: string; entityName: string | null }[]): string {
    return entity
      .map(({ entityType, entityName }) => (entityName === null ? entityType : `${entityType}=${entityName}`))
      .join('+')
  }

  async function entitiesInOrder(components: readonly Component[] = []): Promise<string> {
    const { entries } = await describeQuotas(components)
    return (entries ?? []).map(({ entity }) => entityText(entity)).join(' ')
  }

  async function valuesInOrder(): Promise<string[] | undefined> {
    const { entries } = await describeQuotas([])
    return entries?.[0]?.values.map(({ key }) => key)
  }

  it.each<[readonly string[]]>([
    [[consumer, producer]],
    [[request, producer]],
    [[mutation, producer]],
    [[consumer, request]],
    [[consumer, mutation]],
    [[mutation, request]],
    [[consumer, request, producer]],
    [[consumer, mutation, producer]],
    [[mutation, request, producer]],
    [[consumer, mutation, request]],
    [[producer, consumer, mutation, request]],
  ])('is %j for values that are set together', async (keys) => {
    for (const set of [keys, keys.toReversed()])
      await withQuotas([[{ user: 'u' }, rates(set)]], async () => expect(await valuesInOrder()).toEqual(keys))
  })

  it.each<[readonly string[], readonly string[]]>([
    [
      [producer, request],
      [producer, request],
    ],
    [
      [producer, consumer, request],
      [consumer, producer, request],
    ],
    [
      [request, mutation, consumer, producer],
      [producer, consumer, mutation, request],
    ],
  ])('of values that are set one after the other, %j, is %j', async (keys, expected) => {
    await withQuotas([[{ user: 'u' }, rates(keys.slice(0, 1))]], async () => {
      for (const [at, key] of keys.entries()) {
        await alter([[{ user: 'u' }, { [key]: 1 }]])
        await eventually(async () => ((await valuesInOrder())?.length === at + 1 ? true : undefined))
      }
      const order = await valuesInOrder()
      await alter([[{ user: 'u' }, rates(keys.slice(1), null)]])
      expect(order).toEqual(expected)
    })
  })

  it.each<[string, readonly Entry[]]>([
    ['user=alice user=bob', users('alice bob')],
    ['user=alice user=bob user=carol', users('alice bob carol')],
    ['user=erin user=bob user=alice user=dave user=carol', users('alice bob carol dave erin')],
    [
      'user=erin user=grace user=alice user=heidi user=ivan user=bob user=frank user=dave user=carol',
      users('alice bob carol dave erin frank grace heidi ivan'),
    ],
    [
      'user=k user=l user=c user=m user=h user=alice user=j user=i user=d user=f user=e user=g user=b user=a',
      users('a b c d e f g h i j k l m alice'),
    ],
  ])('is %s for entities that are set together', async (expected, entries) => {
    for (const set of [entries, entries.toReversed()])
      await withQuotas(set, async () => expect(await entitiesInOrder()).toEqual(expected))
  })

  // Three pairs, each in one bucket.
  const pairs: readonly Entry[] = [
    [{ user: 'u' }, { [producer]: 1 }],
    [{ user: null }, { [producer]: 1 }],
    [{ user: 'u', 'client-id': 'c' }, { [producer]: 1 }],
    [{ 'client-id': 'c' }, { [producer]: 1 }],
    [{ 'client-id': null }, { [producer]: 1 }],
    [{ ip: '10.0.0.1' }, { connection_creation_rate: 1 }],
  ]

  it.each([
    [pairs, 'client-id=c+user=u user=u client-id=c user ip=10.0.0.1 client-id'],
    [pairs.toReversed(), 'client-id=c+user=u user=u user client-id=c client-id ip=10.0.0.1'],
  ])('of entities that are set together is backwards within a bucket: %j', async (entries, expected) => {
    await withQuotas(entries, async () => expect(await entitiesInOrder()).toEqual(expected))
  })

  it.each([
    [pairs, 'user=u client-id=c+user=u user client-id=c client-id ip=10.0.0.1'],
    [pairs.toReversed(), 'client-id=c+user=u user=u client-id=c user ip=10.0.0.1 client-id'],
  ])(
    'of entities that are set one after the other is that within a bucket: %j',
    async (entries, expected) => {
      await withQuotas(entries.slice(0, 1), async () => {
        for (const [at, entry] of entries.entries()) {
          await alter([entry])
          await eventually(async () => ((await found([])).length === at + 1 ? true : undefined))
        }
        const order = await entitiesInOrder()
        await alter(entries.slice(1).map(([names, values]) => [names, rates(Object.keys(values), null)]))
        expect(order).toEqual(expected)
      })
    },
  )

  it('of what a filter finds is that of the first component', async () => {
    const entries: Entry[] = [
      ...users('alice bob carol dave erin'),
      ...['a', 'b', 'c', 'd'].map((id): Entry => [{ user: 'alice', 'client-id': id }, { [producer]: 1 }]),
      [{ user: 'bob', 'client-id': 'a' }, { [producer]: 1 }],
      [{ 'client-id': 'a' }, { [producer]: 1 }],
      [{ 'client-id': null }, { [producer]: 1 }],
    ]
    const rows: [Component[], string][] = [
      [
        [['user', match.exact, 'alice']],
        'client-id=c+user=alice client-id=b+user=alice client-id=d+user=alice user=alice client-id=a+user=alice',
      ],
      [
        [['user', match.specified, null]],
        'client-id=a+user=bob user=erin client-id=d+user=alice user=alice client-id=a+user=alice client-id=c+user=alice client-id=b+user=alice user=bob user=dave user=carol',
      ],
      [
        [['client-id', match.specified, null]],
        'client-id=a+user=bob client-id=d+user=alice client-id=a+user=alice client-id=c+user=alice client-id=b+user=alice client-id=a client-id',
      ],
      [
        [
          ['user', match.exact, 'alice'],
          ['client-id', match.specified, null],
        ],
        'client-id=c+user=alice client-id=b+user=alice client-id=d+user=alice client-id=a+user=alice',
      ],
      [
        [
          ['user', match.specified, null],
          ['client-id', match.specified, null],
        ],
        'client-id=a+user=bob client-id=d+user=alice client-id=a+user=alice client-id=c+user=alice client-id=b+user=alice',
      ],
    ]
    await withQuotas(entries, async () => {
      const answered: [Component[], string][] = []
      for (const [components] of rows) answered.push([components, await entitiesInOrder(components)])
      expect(answered).toEqual(rows)
    })
  })

  it('of what an alteration is answered is that of its entities', async () => {
    const set = users('alice bob carol dave erin frank')
    const answer = async (entries: readonly Entry[]) => {
      const { entries: answered } = await peer.send(AlterClientQuotas, 1, alterRequest(entries, true))
      return answered.map(({ entity }) => entityText(entity)).join(' ')
    }
    const expected = 'user=erin user=alice user=bob user=frank user=dave user=carol'
    expect([await answer(set), await answer(set.toReversed())]).toEqual([expected, expected])
  })
})

describe('who is over a quota', () => {
  const user = { user: 'ANONYMOUS' }

  /** With a connection of its own, which is not read for a while. */
  async function overQuota(values: Values, run: (client: Peer) => Promise<void>): Promise<void> {
    // What other tests have taken does not count: the quota of a user holds before that of a client id.
    await withQuotas([[user, values]], async () => {
      const client = await Peer.open(engine.bootstrap)
      try {
        await run(client)
      } finally {
        client.close()
      }
    })
  }

  it('produces all the same, and hears for how long it is slowed down', async () => {
    const topic = await createTopic(peer)
    await overQuota({ producer_byte_rate: 100 }, async (client) => {
      const request = produceRequest(topic, batch([{ value: 'a'.repeat(2_000) }]))
      // Nobody knows when exactly the broker has heard of the quota.
      const answer = await eventually(async () => {
        const answered = await byChance(() => client.send(Produce, 12, request))
        return answered.throttleTimeMs > 0 ? answered : undefined
      })
      expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE)
    })
  })

  it('fetches nothing, and hears for how long', async () => {
    const topic = await createTopic(peer)
    for (let i = 0; i < 3; i++) await produce(peer, topic, batch([{ value: 'a'.repeat(2_000) }]))
    await overQuota({ consumer_byte_rate: 100 }, async (client) => {
      const answer = await eventually(async () => {
        const answered = await byChance(() => client.send(Fetch, 12, fetchRequest(topic)))
        return answered.throttleTimeMs > 0 ? answered : undefined
      })
      expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, sessionId: 0, responses: [] })
    })
  })

  it.each([
    ['refused', 7, ErrorCode.THROTTLING_QUOTA_EXCEEDED],
    ['served, where the version does not know of that,', 5, ErrorCode.NONE],
  ])('has new topics %s', async (_, version, errorCode) => {
    await overQuota({ controller_mutation_rate: 0.5 }, async (client) => {
      const create = (numPartitions: number) =>
        byChance(() =>
          client.send(CreateTopics, version, {
            topics: [{ name: uniqueName('topic'), numPartitions, replicationFactor: 1 }],
            timeoutMs: 10_000,
          }),
        )
      const first = await create(6)
      expect(first.topics[0]?.errorCode).toBe(ErrorCode.NONE)
      const answer = await create(1)
      expect(answer.topics[0]?.errorCode).toBe(errorCode)
      expect(answer.throttleTimeMs).toBeGreaterThan(0)
    })
  })
})

describe('DescribeClientQuotas', () => {
  const rate = { producer_byte_rate: 1 }
  const users: readonly Entry[] = [
    [{ user: 'u' }, rate],
    [{ user: null }, rate],
    [{ user: 'u', 'client-id': 'c' }, rate],
    [{ user: 'u', 'client-id': null }, rate],
    [{ user: null, 'client-id': null }, rate],
    [{ 'client-id': 'c' }, rate],
    [{ 'client-id': null }, rate],
    [{ ip: '10.0.0.1' }, { connection_creation_rate: 1 }],
    [{ ip: null }, { connection_creation_rate: 1 }],
  ]
  const shown = (values: readonly string[]) =>
    values
      .map((one) => `${one}: ${one.startsWith('ip') ? 'connection_creation_rate' : 'producer_byte_rate'}=1`)
      .sort()

  it('finds what all components of a filter mean', async () => {
    await withQuotas(users, async () => {
      const everyone = ['user=u', 'user', 'client-id=c user=u', 'client-id user=u', 'client-id user']
      const all = [...everyone, 'client-id=c', 'client-id', 'ip=10.0.0.1', 'ip']
      const rows: [Component[], string[], string[]][] = [
        [[], all, []],
        [[['user', match.exact, 'u']], ['user=u', 'client-id=c user=u', 'client-id user=u'], ['user=u']],
        [[['user', match.default, null]], ['user', 'client-id user'], ['user']],
        [[['user', match.specified, null]], everyone, ['user=u', 'user']],
        [
          [
            ['user', match.exact, 'u'],
            ['client-id', match.specified, null],
          ],
          ['client-id=c user=u', 'client-id user=u'],
          ['client-id=c user=u', 'client-id user=u'],
        ],
        [
          [
            ['client-id', match.default, null],
            ['user', match.default, null],
          ],
          ['client-id user'],
          ['client-id user'],
        ],
        [[['client-id', match.exact, 'c']], ['client-id=c', 'client-id=c user=u'], ['client-id=c']],
        [[['ip', match.specified, null]], ['ip=10.0.0.1', 'ip'], ['ip=10.0.0.1', 'ip']],
        [[['ip', match.exact, '10.0.0.2']], [], []],
      ]
      for (const [components, loose, strict] of rows) {
        expect(await found(components), JSON.stringify(components)).toEqual(shown(loose))
        expect(await found(components, true), JSON.stringify(components)).toEqual(shown(strict))
      }
    })
  })

  it.each<[string, readonly Component[], number]>([
    ['without a type', [['', match.specified, null]], ErrorCode.INVALID_REQUEST],
    ['of another type', [['topic', match.specified, null]], ErrorCode.UNSUPPORTED_VERSION],
    ['with an exact match of nothing', [['user', match.exact, null]], ErrorCode.INVALID_REQUEST],
    ['with a default that has a name', [['user', match.default, 'u']], ErrorCode.INVALID_REQUEST],
    ['with any that has a name', [['user', match.specified, 'u']], ErrorCode.INVALID_REQUEST],
    ['with another match', [['user', 3, null]], ErrorCode.INVALID_REQUEST],
    [
      'that names a type twice',
      [
        ['user', match.specified, null],
        ['user', match.default, null],
      ],
      ErrorCode.INVALID_REQUEST,
    ],
    [
      'for an address and a user',
      [
        ['ip', match.specified, null],
        ['user', match.default, null],
      ],
      ErrorCode.INVALID_REQUEST,
    ],
  ])('refuses a filter %s', async (_, components, errorCode) => {
    expect(await describeQuotas(components)).toMatchObject({ errorCode, entries: null })
  })
})
