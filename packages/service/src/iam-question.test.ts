import { MemoryDisk, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { beforeEach, expect, it } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { loadOrCreateAccessKey } from './credentials.ts'
import { askIam } from './iam-question.ts'

const account = '000000000000'
const alice = `arn:aws:iam::${account}:user/alice`
const bob = `arn:aws:iam::${account}:user/bob`
const cluster = `arn:aws:kafka:us-east-1:${account}:cluster/orders/abc-1`

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
  disk.mkdirSync('/data')
  const document = (Statement: object) => ({ Version: '2012-10-17', Statement })
  disk.writeFileAtomicSync(
    '/data/iam.json',
    JSON.stringify({
      policies: {
        reads: document({ Sid: 'Read', Effect: 'Allow', Action: 'kafka:Describe*', Resource: '*' }),
        local: document({
          Effect: 'Allow',
          Action: 'kafka:Delete*',
          Resource: '*',
          Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
        }),
      },
      users: { alice: { policies: ['reads', 'local'] } },
      roles: {
        reader: {
          trust: document({ Effect: 'Allow', Principal: { AWS: alice }, Action: 'sts:AssumeRole' }),
          policies: ['reads'],
        },
      },
    }),
  )
})

function ask(who: string, action: string, resource = cluster, context = {}) {
  const effects = { disk, clock: new TestClock(), logger: silentLogger }
  const { decision } = askIam(effects, '/data', { who, action, resource, context })
  return decision
}

it('is answered with the statement that decides', () => {
  expect(ask(alice, 'kafka:DescribeCluster')).toMatchObject({
    isAllowed: true,
    by: { policy: 'policies.reads', statement: 'Read' },
  })
  expect(ask(alice, 'kafka:DeleteCluster')).toMatchObject({ isAllowed: false, by: null })
  expect(ask(alice, 'kafka:DeleteCluster', cluster, { 'aws:SourceIp': '10.1.2.3' }).isAllowed).toBe(true)
})

it('is asked for access keys, roles and their sessions', () => {
  writeAccessKeys(disk, '/data', [{ accessKeyId: 'AKIAALICE', secretAccessKey: 's', identity: alice }])
  expect(ask('AKIAALICE', 'kafka:DescribeCluster').isAllowed).toBe(true)
  const owner = loadOrCreateAccessKey(disk, seededRandom(1), '/data')
  expect(ask(owner.accessKeyId, 'kafka:DeleteCluster').isAllowed).toBe(true)
  expect(ask(`arn:aws:iam::${account}:role/reader`, 'kafka:DescribeCluster').isAllowed).toBe(true)
  expect(ask(`arn:aws:sts::${account}:assumed-role/reader/x`, 'kafka:DescribeCluster').isAllowed).toBe(true)
  expect(ask(`arn:aws:iam::${account}:root`, 'kafka:DeleteCluster').isAllowed).toBe(true)
  expect(() => ask('alice', 'kafka:DescribeCluster')).toThrow(
    /neither an access key.* Is .*:user\/alice meant\?$/,
  )
  expect(() => ask('nobody', 'kafka:DescribeCluster')).toThrow(/a role or a session\.$/)
})

it('is asked of a role by whom it trusts', () => {
  const role = `arn:aws:iam::${account}:role/reader`
  expect(ask(alice, 'sts:AssumeRole', role)).toMatchObject({
    isAllowed: true,
    by: { policy: 'roles.reader.trust' },
  })
  writeAccessKeys(disk, '/data', [{ accessKeyId: 'AKIABOB', secretAccessKey: 's', identity: bob }])
  expect(ask(bob, 'sts:AssumeRole', role).isAllowed).toBe(false)
})

it.each([
  ['kafka:DescribeClutser', 'Is kafka:DescribeCluster meant?'],
  ['kafka-cluster:ReadDate', 'Is kafka-cluster:ReadData meant?'],
  ['kafka:ReadData', 'kafka has no action "ReadData"'],
  ['kafka-clutser:ReadData', 'it begins with one of kafka, '],
  ['DescribeCluster', 'it begins with one of kafka, '],
  ['kafka:*', 'kafka has no action "*"'],
])('refuses %s, which would be denied for ever', (action, sentence) => {
  expect(() => ask(alice, action)).toThrow(sentence)
})

it.each([
  'kafka:describecluster',
  'kafka-cluster:Connect',
  'sts:AssumeRole',
  'secretsmanager:GetSecretValue',
])('takes %s, which there is', (action) => {
  expect(() => ask(alice, action)).not.toThrow()
})

it.each(['orders', 'topic/orders/abc-1/t', 'arn:aws:kafka:us-east-1', ''])(
  'refuses the resource "%s", which is none',
  (resource) => {
    expect(() => ask(alice, 'kafka-cluster:ReadData', resource)).toThrow('is no ARN')
  },
)

it.each([bob, `arn:aws:iam::${account}:role/writer`, `arn:aws:sts::${account}:assumed-role/writer/x`])(
  'refuses %s, of whom nobody has heard',
  (who) => {
    expect(() => ask(who, 'kafka:DescribeCluster')).toThrow(/iam.json knows no arn/)
  },
)

it('says where the file is wrong', () => {
  disk.writeFileAtomicSync('/data/iam.json', '{"users":{"alice":{"policy":[]}}}')
  expect(() => ask(alice, 'kafka:DescribeCluster')).toThrow(/iam.json is not understood/)
})
