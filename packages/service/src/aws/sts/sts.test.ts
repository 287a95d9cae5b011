import { ListClustersCommand } from '@aws-sdk/client-kafka'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { TestClock } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { testIdentities } from '../../iam/testing/identities.ts'
import { credentials, portless, startTestService, type TestService } from '../testing/test-service.ts'

const account = '000000000000'
const aliceKey = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
const eveKey = { accessKeyId: 'AKIAEVE', secretAccessKey: 'secret-of-eve' }

const statement = (Action: string, Resource = '*', more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
const trusting = (AWS: string, more = {}) =>
  policy({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...more })

const lists = policy(statement('kafka:List*'))
const assumes = policy(statement('sts:AssumeRole'))
const table = JSON.stringify({
  policies: { lists, assumes },
  users: {
    alice: { policies: ['assumes'] },
    'arn:aws:iam::999900001111:user/eve': { policies: ['assumes'] },
  },
  roles: {
    lister: { trust: trusting(account), policies: ['lists'], maxSessionSeconds: 7_200 },
    strict: { trust: trusting(`arn:aws:iam::${account}:user/bob`), policies: ['lists'] },
    external: {
      trust: trusting('999900001111', { Condition: { StringEquals: { 'sts:ExternalId': 'blue' } } }),
      policies: ['lists'],
    },
  },
})

const startedAtMs = Date.parse('2026-11-28T12:00:00Z')

async function start(disk?: TestService['disk']) {
  const clock = new TestClock(startedAtMs)
  const keys = [
    { ...aliceKey, identity: `arn:aws:iam::${account}:user/alice` },
    { ...eveKey, identity: 'arn:aws:iam::999900001111:user/eve' },
  ]
  const identities = testIdentities({ ownerKey: credentials, keys, table })
  const service = await startTestService({ identities, clock, ...(disk && { disk }) })
  const requestHandler = portless((request) => service.handle(request)) as never
  const signed = (own: typeof credentials & { sessionToken?: string }) => ({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9081',
    credentials: own,
    requestHandler,
    maxAttempts: 1,
    systemClockOffset: clock.now() - Date.now(),
  })
  return {
    service,
    clock,
    sts: (own = credentials as Parameters<typeof signed>[0]) => new STSClient(signed(own)),
    kafka: (own: Parameters<typeof signed>[0]) => service.client(signed(own)),
  }
}

const keyOf = ({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Partial<Credentials> = {}) => ({
  accessKeyId: AccessKeyId,
  secretAccessKey: SecretAccessKey,
  sessionToken: SessionToken,
})

const lister = { RoleArn: `arn:aws:iam::${account}:role/lister`, RoleSessionName: 'tuesday' }

async function assume(
  world: Awaited<ReturnType<typeof start>>,
  change: Partial<AssumeRoleCommandInput> = {},
  own = aliceKey,
) {
  const answer = await world.sts(own).send(new AssumeRoleCommand({ ...lister, ...change }))
  return { answer, key: keyOf(answer.Credentials) }
}

describe('GetCallerIdentity says whose key it is', () => {
  it('the account’s root', async () => {
    expect(await (await start()).sts().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:root`,
      UserId: account,
    })
  })

  it('a user’s, who need not be allowed to ask', async () => {
    const identity = await (await start()).sts(eveKey).send(new GetCallerIdentityCommand({}))
    expect(identity).toMatchObject({ Account: '999900001111', Arn: 'arn:aws:iam::999900001111:user/eve' })
    expect(identity.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/)
  })

  it('nobody’s, where the signature is made with another one', async () => {
    const stranger = (await start()).sts({ ...aliceKey, secretAccessKey: 'another' })
    await expect(stranger.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
  })
})

describe('AssumeRole', () => {
  it('gives temporary credentials of the role, with its rights', async () => {
    const world = await start()
    const { answer, key } = await assume(world)
    const arn = `arn:aws:sts::${account}:assumed-role/lister/tuesday`
    expect(answer.AssumedRoleUser).toMatchObject({
      Arn: arn,
      AssumedRoleId: expect.stringMatching(/^AROA\w+:tuesday$/),
    })
    expect(answer.Credentials?.Expiration).toEqual(new Date(startedAtMs + 3_600_000))
    expect(key.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(await world.sts(key).send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: arn })
    await world.kafka(key).send(new ListClustersCommand({}))
    await expect(world.kafka(aliceKey).send(new ListClustersCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${account}:user/alice is not authorized to perform: kafka:ListClusters on resource: * because no identity-based policy allows the kafka:ListClusters action`,
      $metadata: { httpStatusCode: 403 },
    })
  })

  it('and no others than its own policy gives', async () => {
    const world = await start()
    const bounded = await assume(world, { Policy: JSON.stringify(policy(statement('kafka:Describe*'))) })
    await expect(world.kafka(bounded.key).send(new ListClustersCommand({}))).rejects.toThrow(
      /no session policy allows/,
    )
    const { key } = await assume(world, { Policy: JSON.stringify(policy(statement('kafka:*'))) })
    await world.kafka(key).send(new ListClustersCommand({}))
  })

  it('they end, are good with their token alone, and are known after a restart', async () => {
    const before = await start()
    const { key } = await assume(before, { DurationSeconds: 900 })
    const world = await start(before.service.disk)
    await world.kafka(key).send(new ListClustersCommand({}))
    const { sessionToken, ...bare } = key
    await expect(world.kafka(bare).send(new ListClustersCommand({}))).rejects.toThrow(
      /security token .* is invalid/,
    )
    const turned = { ...key, sessionToken: `${sessionToken[0] === 'A' ? 'B' : 'A'}${sessionToken.slice(1)}` }
    await expect(world.kafka(turned).send(new ListClustersCommand({}))).rejects.toThrow(
      /security token .* is invalid/,
    )
    await world.clock.advance(900_000)
    await expect(world.kafka(key).send(new ListClustersCommand({}))).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    })
  })

  it.each<[string, RegExp, Partial<AssumeRoleCommandInput>]>([
    [
      'AccessDenied',
      /not authorized to perform: sts:AssumeRole on resource: .*role\/strict/,
      { RoleArn: `arn:aws:iam::${account}:role/strict` },
    ],
    ['AccessDenied', /not authorized/, { RoleArn: `arn:aws:iam::${account}:role/none` }],
    ['ValidationError', /'roleSessionName'/, { RoleSessionName: 'a b' }],
    ['ValidationError', /greater than or equal to 900/, { DurationSeconds: 899 }],
    ['ValidationError', /MaxSessionDuration/, { DurationSeconds: 7_201 }],
    ['MalformedPolicyDocumentException', /Syntax errors in policy/, { Policy: '{' }],
    [
      'NotImplementedException',
      /PolicyArns is not implemented/,
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
    ],
  ])('is refused with %s %s', async (name, message, change) => {
    await expect(assume(await start(), change)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    })
  })

  it('from another account needs both accounts’ policies', async () => {
    const world = await start()
    const external = { RoleArn: `arn:aws:iam::${account}:role/external` }
    await assume(world, { ...external, ExternalId: 'blue' }, eveKey)
    await expect(assume(world, { ...external, ExternalId: 'red' }, eveKey)).rejects.toThrow(/not authorized/)
    await expect(assume(world, {}, eveKey)).rejects.toThrow(/no resource-based policy allows/)
  })
})

it('GetSessionToken gives temporary credentials of who asks, but to no session', async () => {
  const world = await start()
  const { Credentials: given } = await world.sts(aliceKey).send(new GetSessionTokenCommand({}))
  expect(given?.Expiration).toEqual(new Date(startedAtMs + 43_200_000))
  const identity = await world.sts(keyOf(given)).send(new GetCallerIdentityCommand({}))
  expect(identity.Arn).toBe(`arn:aws:iam::${account}:user/alice`)
  await expect(world.sts(keyOf(given)).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
  })
})
