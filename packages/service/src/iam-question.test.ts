import { MemoryDisk, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { beforeEach, expect, it } from 'vitest'
import { writeAccessKeys } from './access-keys.ts'
import { loadOrCreateAccessKey } from './credentials.ts'
import { askIam } from './iam-question.ts'

const account = '000000000000'
const alice = `arn:aws:iam::${account}:user/alice`
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
  expect(ask(`arn:aws:sts::${account}:assumed-role/writer/x`, 'kafka:DescribeCluster').isAllowed).toBe(false)
  expect(() => ask('alice', 'kafka:DescribeCluster')).toThrow(/neither an access key/)
})

it('is asked of a role by whom it trusts', () => {
  const role = `arn:aws:iam::${account}:role/reader`
  expect(ask(alice, 'sts:AssumeRole', role)).toMatchObject({
    isAllowed: true,
    by: { policy: 'roles.reader.trust' },
  })
  expect(ask(`arn:aws:iam::${account}:user/bob`, 'sts:AssumeRole', role).isAllowed).toBe(false)
})

it('says where the file is wrong', () => {
  disk.writeFileAtomicSync('/data/iam.json', '{"users":{"alice":{"policy":[]}}}')
  expect(() => ask(alice, 'kafka:DescribeCluster')).toThrow(/iam.json is not understood/)
})
