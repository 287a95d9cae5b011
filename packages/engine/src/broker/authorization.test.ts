import {
  CreateTopics,
  DeleteTopics,
  DescribeCluster,
  DescribeGroups,
  DescribeTopicPartitions,
  Fetch,
  FindCoordinator,
  Metadata,
  OffsetCommit,
} from '@sluice/wire'
import type { Connection } from '@sluice/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Grant, Granted } from '../authorizer/testing/granted.ts'
import { handlers } from './api-table.ts'
import { clusterRows } from './testing/authorization/cluster.ts'
import { groupsRows } from './testing/authorization/groups.ts'
import { recordsRows } from './testing/authorization/records.ts'
import { ofCluster, onEach } from './testing/authorization/row.ts'
import { topicsRows } from './testing/authorization/topics.ts'
import { transactionsRows } from './testing/authorization/transactions.ts'
import { TestBroker } from './testing/test-broker.ts'

const rows = [...recordsRows, ...groupsRows, ...topicsRows, ...clusterRows, ...transactionsRows]
const properties = { 'offsets.topic.num.partitions': '1', 'offsets.topic.replication.factor': '1' }
const authorizer = new Granted()
const test = new TestBroker(properties, { authorizer })
let client: Connection
const ids = new Map<string, string>()
const idOf = (topic: string) => ids.get(topic) ?? ''

const everything: Grant[] = [
  'create cluster kafka-cluster',
  ...['seen', 'hidden'].flatMap((name): Grant[] => [
    `read topic ${name}`,
    `read group ${name}`,
    `describe group ${name}`,
  ]),
]

beforeAll(async () => {
  await test.open()
  client = await test.connect()
  authorizer.grants = everything
  const names = ['seen', 'hidden']
  const topics = [...names, 'gone'].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 }))
  const created = await client.send(CreateTopics, 7, { topics, timeoutMs: 1000 })
  for (const { name, topicId } of created.topics) ids.set(name, topicId)
  await client.send(FindCoordinator, 4, { coordinatorKeys: names })
  for (const name of names)
    await vi.waitFor(async () => {
      await test.controller.clock.advance(1)
      const committed = await client.send(OffsetCommit, 9, { groupId: name, topics: commits })
      expect(codesIn(committed)).toEqual(['hidden 0', 'seen 0'])
    })
})
afterAll(() => test.close())

const commits = onEach((name) => ({ name, partitions: [{ partitionIndex: 0, committedOffset: 1 }] }))

/** Who and what an answer names, with the error that it has for it. */
function codesIn(answer: object): string[] {
  const found = new Set<string>()
  const { errorCode = 0, ...members } = answer as { errorCode?: number }
  if (errorCode !== 0) found.add(`all ${errorCode}`)
  for (const member of Object.values(members)) collect(member, 'all', found)
  return [...found].sort()
}

const named: Record<string, string> = { groupId: 'group ', memberId: 'member ', user: 'user ' }

function collect(value: unknown, of: string, found: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, of, found)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const members = new Map<string, unknown>(Object.entries(value))
  const own = ['name', 'topic', 'key', 'resourceName', 'topicName', 'groupId', 'memberId', 'user'].find(
    (name) => typeof members.get(name) === 'string' && members.get(name) !== '',
  )
  const topic = [...ids].find(([, id]) => id === members.get('topicId'))?.[0]
  const label = own ? `${named[own] ?? ''}${String(members.get(own))}` : topic ? `(${topic})` : of
  const partitionError = members.get('partitionErrorCode')
  if (typeof partitionError === 'number') found.add(`${label} ${partitionError}`)
  if (members.has('errorCode')) found.add(`${label} ${String(members.get('errorCode'))}`)
  else if (own === 'groupId' && !members.has('topics')) found.add(label)
  if (members.get('topicConfigErrorCode'))
    found.add(`${label} configs ${String(members.get('topicConfigErrorCode'))}`)
  for (const member of members.values()) if (Array.isArray(member)) collect(member, label, found)
}

describe('what a client may not do is refused, and nothing else:', () => {
  it.each(rows.map((one) => [[one.api.name, one.what].filter(Boolean).join(', '), one] as const))(
    '%s',
    async (_, { api, version, request, grants, granted, refused }) => {
      const ask = () => client.send(api, version, request(idOf) as never) as Promise<object>
      authorizer.grants = []
      expect(codesIn(await ask())).toEqual(refused)
      authorizer.grants = grants
      expect(codesIn(await ask())).toEqual(granted)
    },
  )

  it('is tried for every API that asks for anything', () => {
    const asking = [...handlers.values()].filter(({ access }) => access !== 'none')
    const tried = new Set(rows.map(({ api }) => api.name))
    expect(asking.map(({ api }) => api.name).filter((name) => !tried.has(name))).toEqual([])
  })
})

describe('authorized operations', () => {
  const bits = (...operations: number[]) => operations.reduce((set, one) => set | (1 << one), 0)
  const [read, describeOf, describeConfigsOf] = [3, 8, 10]

  it('are those that the client may do, of topics, groups and the cluster', async () => {
    authorizer.grants = [
      'describe topic seen',
      'read topic seen',
      'describe group seen',
      ...ofCluster('describe'),
    ]
    const asked = { topics: [{ name: 'seen' }, { name: 'hidden' }], includeTopicAuthorizedOperations: true }
    const { topics } = await client.send(Metadata, 12, asked)
    expect(topics.map((one) => one.topicAuthorizedOperations)).toEqual([bits(read, describeOf), -0x80000000])
    const pages = await client.send(DescribeTopicPartitions, 0, { topics: [{ name: 'seen' }] })
    expect(pages.topics[0]?.topicAuthorizedOperations).toBe(bits(read, describeOf))
    const groups = await client.send(DescribeGroups, 5, {
      groups: ['seen'],
      includeAuthorizedOperations: true,
    })
    expect(groups.groups[0]?.authorizedOperations).toBe(bits(describeOf))
    const cluster = await client.send(DescribeCluster, 2, { includeClusterAuthorizedOperations: true })
    expect(cluster.clusterAuthorizedOperations).toBe(bits(describeOf))
  })

  it('are none of a cluster that it may not describe', async () => {
    authorizer.grants = ofCluster('describeConfigs')
    const asked = { includeClusterAuthorizedOperations: true }
    expect((await client.send(DescribeCluster, 2, asked)).clusterAuthorizedOperations).toBe(0)
    authorizer.grants = [...authorizer.grants, ...ofCluster('describe')]
    const { clusterAuthorizedOperations } = await client.send(Metadata, 10, { topics: [], ...asked })
    expect(clusterAuthorizedOperations).toBe(bits(describeOf, describeConfigsOf))
  })
})

describe('a fetch session', () => {
  const fetch = async (sessionId: number, sessionEpoch: number, topics: string[]) => {
    const wanted = topics.map((topic) => ({ topic, partitions: [{ partition: 0, fetchOffset: 0 }] }))
    const of = { minBytes: 0, maxBytes: 1000, sessionId, sessionEpoch, topics: wanted }
    const answer = await client.send(Fetch, 12, of)
    return { sessionId: answer.sessionId, codes: codesIn(answer) }
  }

  it('keeps what is refused, and is served it when that may be read', async () => {
    authorizer.grants = ['read topic seen']
    const { sessionId, codes } = await fetch(0, 0, ['seen', 'hidden'])
    expect(codes).toEqual(['hidden 29', 'seen 0'])
    expect((await fetch(sessionId, 1, [])).codes).toContain('hidden 29')
    authorizer.grants = ['read topic seen', 'read topic hidden']
    expect((await fetch(sessionId, 2, [])).codes).toContain('hidden 0')
  })
})

it('nothing is made or changed of what is refused', async () => {
  authorizer.grants = ['create topic mine', 'describe topic hidden', 'describe topic unmade']
  const topics = ['mine', 'theirs'].map((name) => ({ name, numPartitions: 1, replicationFactor: 1 }))
  await client.send(CreateTopics, 7, { topics, timeoutMs: 1000 })
  await client.send(Metadata, 12, { topics: [{ name: 'unmade' }], allowAutoTopicCreation: true })
  await client.send(DeleteTopics, 6, { timeoutMs: 1000, topics: [{ name: 'hidden' }] })
  const { metadata } = test.broker
  const areThere = ['mine', 'theirs', 'unmade', 'hidden'].map((name) => metadata.topic(name) !== undefined)
  expect(areThere).toEqual([true, false, false, true])
})
