import {
  CreateAcls,
  DeleteAcls,
  DescribeAcls,
  ErrorCode,
  type Input,
  Metadata,
  type RequestOf,
  SaslAuthenticate,
  SaslHandshake,
} from '@sluice/wire'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canStartBrokers, type Engine, start } from './engine.ts'
import { createTopic, eventually, uniqueName, versionsOf } from './fixture.ts'
import { Peer } from './peer.ts'

// Codes of the wire.
const [any, unknown] = [1, 99]
const types = { topic: 2, group: 3, cluster: 4, transactionalId: 5, delegationToken: 6, user: 7 }
const patterns = { match: 2, literal: 3, prefixed: 4 }
const operations = { all: 2, read: 3, write: 4, describe: 8, alterConfigs: 11, createTokens: 13 }
const [deny, allow] = [2, 3]
const nobody = 'User:nobody'

type Creation = RequestOf<typeof CreateAcls>['creations'][number]
type Filter = Input<RequestOf<typeof DescribeAcls>>

function acl(differing: Partial<Creation> = {}): Creation {
  return {
    resourceType: types.topic,
    resourceName: 'orders',
    resourcePatternType: patterns.literal,
    principal: nobody,
    host: '*',
    operation: operations.read,
    permissionType: allow,
    ...differing,
  }
}

function filter(differing: Partial<Filter> = {}): Filter {
  return {
    resourceTypeFilter: any,
    resourceNameFilter: null,
    patternTypeFilter: any,
    principalFilter: null,
    hostFilter: null,
    operation: any,
    permissionType: any,
    ...differing,
  }
}

async function make(peer: Peer, creations: Creation[], version = 3): Promise<number[]> {
  const { results } = await peer.send(CreateAcls, version, { creations })
  return results.map(({ errorCode }) => errorCode)
}

interface Told {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

const word = (one: Told) =>
  `${one.resourceType} ${one.resourceName} ${one.patternType}: ${one.principal} ${one.host} ${one.operation} ${one.permissionType}`

/** What a filter finds, in an order of our own: Apache Kafka's is that of a hash table. */
async function found(peer: Peer, wanted: Partial<Filter> = {}, version = 3): Promise<string[]> {
  const { errorCode, resources } = await peer.send(DescribeAcls, version, filter(wanted))
  expect(errorCode).toBe(ErrorCode.NONE)
  return resources.flatMap(({ acls, ...of }) => acls.map((one) => word({ ...of, ...one }))).sort()
}

async function remove(peer: Peer, filters: Partial<Filter>[], version = 3) {
  const { filterResults } = await peer.send(DeleteAcls, version, { filters: filters.map(filter) })
  return filterResults.map(({ errorCode, matchingAcls }) => ({
    errorCode,
    matching: matchingAcls.map(word).sort(),
  }))
}

const written = (one: Creation) => word({ ...one, patternType: one.resourcePatternType })
const all = (creations: Creation[]) => creations.map(written).sort()

describe('without an authorizer', () => {
  let engine: Engine
  let peer: Peer

  beforeAll(async () => {
    engine = await start()
    peer = await Peer.open(engine.bootstrap)
  })
  afterAll(() => engine.stop())

  it('there are no ACLs', async () => {
    const disabled = ErrorCode.SECURITY_DISABLED
    expect(await peer.send(DescribeAcls, 3, filter())).toMatchObject({ errorCode: disabled, resources: [] })
    expect(await make(peer, [acl(), acl()])).toEqual([disabled, disabled])
    expect(await remove(peer, [{}, {}])).toEqual([
      { errorCode: disabled, matching: [] },
      { errorCode: disabled, matching: [] },
    ])
  })
})

describe.skipIf(!canStartBrokers)('with the StandardAuthorizer', () => {
  let engine: Engine
  let admin: Peer
  let alice: Peer

  beforeAll(async () => {
    engine = await start({
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // Whoever comes by the other listener, the broker itself among them.
        'super.users': 'User:root; User:ANONYMOUS',
        'allow.everyone.if.no.acl.found': 'true',
      },
      logins: { alice: 'a' },
    })
    admin = await Peer.open(engine.bootstrap)
    alice = await Peer.open(engine.login)
    await alice.send(SaslHandshake, 1, { mechanism: 'PLAIN' })
    const login = { authBytes: Buffer.from('\0alice\0a') }
    expect((await alice.send(SaslAuthenticate, 2, login)).errorCode).toBe(ErrorCode.NONE)
  })
  afterAll(() => engine?.stop())
  beforeEach(async () => {
    await remove(admin, [{}])
    await eventually(async () => (await found(admin)).length === 0 || undefined)
  })

  /** A broker hears of ACLs a moment after they are made. */
  async function has(creations: Creation[]): Promise<void> {
    expect(await make(admin, creations)).toEqual(creations.map(() => ErrorCode.NONE))
    await eventually(async () => (await found(admin)).length >= creations.length || undefined)
  }

  it.each(versionsOf(CreateAcls))('they are made, told and removed at version %d', async (version) => {
    const one = acl({ resourcePatternType: patterns.prefixed })
    expect(await make(admin, [one], version)).toEqual([ErrorCode.NONE])
    await eventually(async () => (await found(admin, {}, version)).length > 0 || undefined)
    expect(await found(admin, {}, version)).toEqual(all([one]))
    expect(await remove(admin, [{}], version)).toEqual([{ errorCode: 0, matching: all([one]) }])
    await eventually(async () => (await found(admin, {}, version)).length === 0 || undefined)
  })

  it('they are about resources of all types, to all that is done', async () => {
    const creations = [
      ...Object.values(types)
        .filter((type) => type !== types.cluster)
        .flatMap((resourceType) =>
          [operations.all, operations.read, operations.createTokens].map((operation) =>
            acl({ resourceType, operation }),
          ),
        ),
      acl({ resourceType: types.cluster, resourceName: 'kafka-cluster', operation: operations.alterConfigs }),
      acl({ permissionType: deny, principal: 'User:*', resourceName: '*' }),
    ]
    await has(creations)
    expect(await found(admin)).toEqual(all(creations))
  })

  it('one that is made twice is there once', async () => {
    await has([acl()])
    expect(
      await make(admin, [acl(), acl({ operation: operations.write }), acl({ operation: operations.write })]),
    ).toEqual([ErrorCode.NONE, ErrorCode.NONE, ErrorCode.NONE])
    await eventually(async () => (await found(admin)).length > 1 || undefined)
    expect(await found(admin)).toEqual(all([acl(), acl({ operation: operations.write })]))
  })

  it.each<[string, Partial<Creation>]>([
    ['a cluster of another name', { resourceType: types.cluster, resourceName: 'mine' }],
    ['no name', { resourceName: '' }],
    ['a type that there is not', { resourceType: unknown }],
    ['a pattern that there is not', { resourcePatternType: unknown }],
    ['an operation that there is not', { operation: unknown }],
    ['a permission that there is not', { permissionType: unknown }],
    ['a principal without its type', { principal: 'alice' }],
    ['no principal', { principal: '' }],
    ['no host', { host: '' }],
    ['a range of hosts that is none', { host: '10.0.0.0/33' }],
    ['a range of hosts by name', { host: 'localhost/8' }],
    ['a range without its length', { host: '10.0.0.0/' }],
    ['a range of too few octets', { host: '10.0.0/8' }],
    ['a range of IPv6 that is none', { host: '2001:db8::/129' }],
    ['a range of IPv6 that is one of IPv4', { host: '::ffff:10.0.0.0/104' }],
  ])('one about %s is refused, and no other', async (_, differing) => {
    const invalid = ErrorCode.INVALID_REQUEST
    expect(await make(admin, [acl(differing), acl({ resourceName: 'others' })])).toEqual([invalid, 0])
    await eventually(async () => (await found(admin)).length > 0 || undefined)
    expect(await found(admin)).toEqual(all([acl({ resourceName: 'others' })]))
  })

  it.each<[string, Partial<Creation>]>([
    ['any type', { resourceType: any }],
    ['any pattern', { resourcePatternType: any }],
    ['whatever holds for a name', { resourcePatternType: patterns.match }],
    ['any operation', { operation: any }],
    ['any permission', { permissionType: any }],
  ])('one of %s is refused', async (_, differing) => {
    expect(await make(admin, [acl(differing)])).not.toEqual([ErrorCode.NONE])
    expect(await found(admin)).toEqual([])
  })

  it.each<[string, Partial<Creation>]>([
    ['an address that is none', { host: 'somewhere' }],
    ['a range of IPv4', { host: '10.1.2.3/8' }],
    ['a range of IPv6', { host: '2001:db8::/32' }],
    ['an unknown kind of principal', { principal: 'Group:staff' }],
    ['a principal with no name', { principal: 'User:' }],
    ['a principal with colons', { principal: 'User:CN=a:b' }],
    ['what is never done to topics', { operation: operations.createTokens }],
  ])('one with %s is made', async (_, differing) => {
    await has([acl(differing)])
    expect(await found(admin)).toEqual(all([acl(differing)]))
  })

  const [named, byPrefix, ofAll, group, denied, fromThere] = [
    acl(),
    acl({ resourceName: 'ord', resourcePatternType: patterns.prefixed }),
    acl({ resourceName: '*' }),
    acl({ resourceType: types.group }),
    acl({ principal: 'User:bob', permissionType: deny, operation: operations.write }),
    acl({ resourceName: 'others', host: '10.0.0.1' }),
  ]
  const [topicOf, literal] = [{ resourceTypeFilter: types.topic }, { patternTypeFilter: patterns.literal }]
  const filters: [string, Partial<Filter>, Creation[]][] = [
    ['anything', {}, [named, byPrefix, ofAll, group, denied, fromThere]],
    ['a type', topicOf, [named, byPrefix, ofAll, denied, fromThere]],
    ['a type that none is of', { resourceTypeFilter: types.user }, []],
    ['a name', { resourceNameFilter: 'orders' }, [named, group, denied]],
    ['a literal name', { ...topicOf, ...literal, resourceNameFilter: 'orders' }, [named, denied]],
    [
      'what holds for a name',
      { ...topicOf, patternTypeFilter: patterns.match, resourceNameFilter: 'orders' },
      [named, byPrefix, ofAll, denied],
    ],
    [
      'what holds for any name',
      { patternTypeFilter: patterns.match },
      [named, byPrefix, ofAll, group, denied, fromThere],
    ],
    ['the wildcard as a name', { resourceNameFilter: '*' }, [ofAll]],
    ['prefixes', { patternTypeFilter: patterns.prefixed }, [byPrefix]],
    ['a prefix', { patternTypeFilter: patterns.prefixed, resourceNameFilter: 'ord' }, [byPrefix]],
    ['a longer prefix', { patternTypeFilter: patterns.prefixed, resourceNameFilter: 'orders' }, []],
    ['a principal', { principalFilter: 'User:bob' }, [denied]],
    ['a principal that is in none', { principalFilter: 'User:*' }, []],
    ['a host', { hostFilter: '10.0.0.1' }, [fromThere]],
    ['an operation', { operation: operations.write }, [denied]],
    ['an operation that another implies', { operation: operations.describe }, []],
    ['a permission', { permissionType: deny }, [denied]],
  ]

  it('a filter finds what it means', async () => {
    await has([named, byPrefix, ofAll, group, denied, fromThere])
    for (const [what, wanted, expected] of filters)
      expect(await found(admin, wanted), what).toEqual(all(expected))
  })

  it('and a filter removes what it means', async () => {
    for (const [what, wanted, expected] of filters.slice(2)) {
      const everything = [named, byPrefix, ofAll, group, denied, fromThere]
      expect(await make(admin, everything)).toEqual(everything.map(() => ErrorCode.NONE))
      const [result] = await remove(admin, [wanted])
      expect(result, what).toEqual({ errorCode: ErrorCode.NONE, matching: all(expected) })
    }
  })

  it('of several filters each tells what it means, also what another one has removed', async () => {
    await has([named, group])
    const unreadable = { resourceTypeFilter: unknown }
    expect(
      await remove(admin, [{ resourceNameFilter: 'orders' }, unreadable, topicOf, { operation: unknown }]),
    ).toEqual([
      { errorCode: ErrorCode.NONE, matching: all([named, group]) },
      { errorCode: ErrorCode.INVALID_REQUEST, matching: [] },
      { errorCode: ErrorCode.NONE, matching: all([named]) },
      { errorCode: ErrorCode.INVALID_REQUEST, matching: [] },
    ])
    await eventually(async () => (await found(admin)).length === 0 || undefined)
  })

  it('a filter of what there is not finds nothing', async () => {
    await has([acl()])
    for (const wanted of [
      { resourceTypeFilter: unknown },
      { patternTypeFilter: unknown },
      { operation: unknown },
      { permissionType: unknown },
    ])
      expect(await found(admin, wanted)).toEqual([])
  })

  /** What alice may do to a topic, as its description says; null where she may not even see it. */
  async function may(name: string): Promise<number | null> {
    const request = { topics: [{ name }], includeTopicAuthorizedOperations: true }
    const { topics } = await alice.send(Metadata, 12, request)
    const [topic] = topics
    return topic?.errorCode === ErrorCode.NONE ? topic.topicAuthorizedOperations : null
  }

  it.each<[string, (name: string) => Partial<Creation>[], number[] | 'all' | null]>([
    ['nothing is said of it', () => [], 'all'],
    ['somebody else may read it', () => [{ principal: nobody }], null],
    ['somebody else is denied it', () => [{ principal: nobody, permissionType: deny }], null],
    [
      'a prefix of it is somebody else’s',
      (name) => [
        { principal: nobody, resourceName: name.slice(0, -3), resourcePatternType: patterns.prefixed },
      ],
      null,
    ],
    ['all are somebody else’s', () => [{ principal: nobody, resourceName: '*' }], null],
    ['she may read it', () => [{}], [3, 8]],
    ['everybody may', () => [{ principal: 'User:*' }], [3, 8]],
    ['she may from here', () => [{ host: '127.0.0.1' }], [3, 8]],
    ['she may from elsewhere', () => [{ host: '127.0.0.2' }], null],
    ['she may from around here', () => [{ host: '127.1.0.0/8' }], [3, 8]],
    ['she may from around elsewhere', () => [{ host: '126.0.0.0/8' }], null],
    ['she may from anywhere by IPv6', () => [{ host: '::/0' }], null],
    ['she may alter its configs', () => [{ operation: operations.alterConfigs }], null],
    [
      'she may see it and alter its configs',
      () => [{ operation: operations.describe }, { operation: operations.alterConfigs }],
      [8, 10, 11],
    ],
    [
      'she may do all, but write',
      () => [{ operation: operations.all }, { operation: operations.write, permissionType: deny }],
      [3, 5, 6, 7, 8, 10, 11],
    ],
    [
      'she may read, and is denied all',
      () => [{}, { operation: operations.all, permissionType: deny, resourceName: '*' }],
      null,
    ],
    [
      'it is the wildcard’s prefix',
      (name) => [
        { principal: nobody, resourceName: '*', resourcePatternType: patterns.prefixed },
        { resourceName: name },
      ],
      [3, 8],
    ],
  ])('alice may do to a topic, where %s', async (_, sayings, expected) => {
    const { name } = await createTopic(admin, { name: uniqueName('judged') })
    const sees = async (wanted: number | null) => {
      await eventually(async () => (await may(name)) === wanted || undefined)
      expect(await may(name)).toBe(wanted)
    }
    const everything = await eventually(async () => (await may(name)) ?? undefined)
    const creations = sayings(name).map((one) => acl({ resourceName: name, principal: 'User:alice', ...one }))
    if (creations.length > 0) await has(creations)
    const bits = Array.isArray(expected) ? expected.reduce((sum, code) => sum + 2 ** code, 0) : null
    await sees(expected === 'all' ? everything : bits)
    await remove(admin, [{}])
    await sees(everything)
  })
})
