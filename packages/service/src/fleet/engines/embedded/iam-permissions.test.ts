import { lineLogger, TestClock } from '@sluice/effects'
import type { Operation, ResourceType } from '@sluice/engine'
import { beforeEach, describe, expect, it } from 'vitest'
import { ClusterAccess } from '../../../iam/cluster-access.ts'
import { testIdentities } from '../../../iam/testing/identities.ts'
import { IamPermissions, ownersPermissions } from './iam-permissions.ts'

const account = '000000000000'
const cluster = `arn:aws:kafka:us-east-1:${account}:cluster/orders/abc-1`
const topics = (name: string) => `arn:aws:kafka:us-east-1:${account}:topic/orders/abc-1/${name}`
const groups = (name: string) => topics(name).replace(':topic/', ':group/')
const alice = `arn:aws:iam::${account}:user/alice`
const bob = 'arn:aws:iam::111122223333:user/bob'
const keyOf = (identity: string) => ({ accessKeyId: identity, secretAccessKey: 's', identity })

let clusterPolicy: string | null
let lines: string[]
let clock: TestClock
const identities = testIdentities({ keys: [keyOf(alice), keyOf(bob)] })
let access: ClusterAccess

beforeEach(() => {
  clusterPolicy = null
  access = new ClusterAccess(identities, cluster, () => clusterPolicy)
  lines = []
  clock = new TestClock()
})

type Statement = [actions: string | string[], resource?: string | string[], more?: object]

function allow(...statements: Statement[]): void {
  const Statement = statements.map(([Action, Resource = '*', more = {}]) => ({
    Effect: 'Allow',
    Action: [Action].flat().map((one) => `kafka-cluster:${one}`),
    Resource,
    ...more,
  }))
  const policies = [{ Version: '2012-10-17', Statement }]
  const table = JSON.stringify({ users: { alice: { policies }, [bob]: { policies } } })
  identities.replace({ ...identities.snapshot, table })
}

function permissionsOf(identity = alice, client = '127.0.0.1'): IamPermissions {
  const owner = identities.find(identity, undefined)
  if (!owner) throw new Error('nobody')
  const logger = lineLogger(
    (line) => lines.push(line),
    'warn',
    () => 0,
  )
  return new IamPermissions(owner, access, client, { clock, logger })
}

describe('an operation of Kafka', () => {
  it.each<[ResourceType, Operation, string, string[]]>([
    ['cluster', 'describe', cluster, ['DescribeCluster']],
    ['cluster', 'alter', cluster, ['AlterCluster', 'DescribeCluster']],
    ['cluster', 'describeConfigs', cluster, ['DescribeClusterDynamicConfiguration']],
    ['cluster', 'idempotentWrite', cluster, ['WriteDataIdempotently']],
    ['topic', 'create', topics('t'), ['CreateTopic']],
    ['topic', 'describe', topics('t'), ['DescribeTopic']],
    ['topic', 'read', topics('t'), ['ReadData', 'DescribeTopic']],
    ['topic', 'write', topics('t'), ['WriteData', 'DescribeTopic']],
    ['topic', 'delete', topics('t'), ['DeleteTopic', 'DescribeTopic']],
    [
      'topic',
      'alterConfigs',
      topics('t'),
      ['AlterTopicDynamicConfiguration', 'DescribeTopicDynamicConfiguration'],
    ],
    ['group', 'read', groups('t'), ['AlterGroup', 'DescribeGroup']],
    ['group', 'delete', groups('t'), ['DeleteGroup', 'DescribeGroup']],
    [
      'transactionalId',
      'write',
      topics('t').replace(':topic/', ':transactional-id/'),
      ['AlterTransactionalId', 'DescribeTransactionalId'],
    ],
  ])('%s %s needs its actions, all of them, and Connect', (type, operation, arn, actions) => {
    const asked = () => permissionsOf().allows(operation, type, type === 'cluster' ? 'kafka-cluster' : 't')
    allow(['Connect', cluster], [actions, arn])
    expect(asked()).toBe(true)
    expect(permissionsOf().allows(operation, type, 'other')).toBe(type === 'cluster')
    for (const missing of actions) {
      allow(['Connect'], [actions.filter((action) => action !== missing).concat('Nothing'), arn])
      expect(asked()).toBe(false)
    }
    allow([actions, arn])
    expect(asked()).toBe(false)
  })

  it.each<[ResourceType, Operation]>([
    ['cluster', 'clusterAction'],
    ['cluster', 'create'],
    ['group', 'alterConfigs'],
    ['delegationToken', 'describe'],
    ['user', 'createTokens'],
  ])('%s %s is nobody’s who comes by IAM', (type, operation) => {
    allow(['*'])
    expect(permissionsOf().allows(operation, type, 'kafka-cluster')).toBe(false)
    expect(permissionsOf().allowsAny(operation, type)).toBe(false)
  })
})

it('of at least one topic', () => {
  allow(['Connect'], [['WriteData', 'DescribeTopic'], topics('events-*')])
  expect(permissionsOf().allowsAny('write', 'topic')).toBe(true)
  expect(permissionsOf().allowsAny('read', 'topic')).toBe(false)
})

it('a login is for who may connect, from where they may', () => {
  allow([
    'Connect',
    '*',
    { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, Bool: { 'aws:SecureTransport': true } } },
  ])
  expect(permissionsOf(alice, '10.1.2.3').connect().decision.isAllowed).toBe(true)
  expect(permissionsOf(alice, '127.0.0.1').connect().decision.isAllowed).toBe(false)
})

it('somebody of another account needs the cluster’s policy, too', () => {
  allow(['*'])
  const permissions = permissionsOf(bob)
  expect(permissions.allows('describe', 'topic', 't')).toBe(false)
  const Statement = {
    Effect: 'Allow',
    Principal: { AWS: '111122223333' },
    Action: 'kafka-cluster:*',
    Resource: '*',
  }
  clusterPolicy = JSON.stringify({ Version: '2012-10-17', Statement })
  expect(permissions.allows('describe', 'topic', 't')).toBe(true)
  clusterPolicy = null
  expect(permissions.allows('describe', 'topic', 't')).toBe(false)
})

it('an answer is as old as a second at most, for policies may speak of the time', async () => {
  const until = new Date(clock.now() + 10_000).toISOString()
  allow(['*', '*', { Condition: { DateLessThan: { 'aws:CurrentTime': until } } }])
  const permissions = permissionsOf()
  expect(permissions.allows('describe', 'topic', 't')).toBe(true)
  await clock.advance(11_000)
  expect(permissions.allows('describe', 'topic', 't')).toBe(false)
})

it('what is refused is told once, with what would allow it', () => {
  allow(['Connect'])
  const permissions = permissionsOf()
  for (let n = 0; n < 3; n++) permissions.allows('read', 'topic', 't')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(`"Action":"kafka-cluster:ReadData","Resource":"${topics('t')}"`)
  for (let n = 0; n < 1_000; n++) permissions.allows('describe', 'topic', `t-${n}`)
  expect(lines.length).toBeLessThan(20)
})

describe('a serverless cluster', () => {
  const serverless = cluster.replace(/1$/, 's1')

  it('is altered by nobody, nor are its configs shown, whatever the policies say', () => {
    access = new ClusterAccess(identities, serverless, () => null)
    allow(['*'])
    const permissions = permissionsOf()
    for (const operation of ['alter', 'alterConfigs', 'describeConfigs', 'clusterAction'] as const) {
      expect(permissions.allows(operation, 'cluster', 'kafka-cluster')).toBe(false)
      expect(permissions.allowsAny(operation, 'cluster')).toBe(false)
    }
    expect(permissions.allows('describe', 'cluster', 'kafka-cluster')).toBe(true)
    expect(permissions.allows('alterConfigs', 'topic', 't')).toBe(true)
  })

  it('lets the owner of its account do the rest', () => {
    const owner = ownersPermissions(serverless)
    expect(owner.allows('alter', 'cluster', 'kafka-cluster')).toBe(false)
    expect(owner.allows('clusterAction', 'cluster', 'kafka-cluster')).toBe(false)
    expect(owner.allows('write', 'topic', 't')).toBe(true)
    expect(owner.allowsAny('read', 'group')).toBe(true)
    expect(ownersPermissions(cluster).allows('alter', 'cluster', 'kafka-cluster')).toBe(true)
  })
})
