import {
  BatchAssociateScramSecretCommand,
  BatchDisassociateScramSecretCommand,
  ListScramSecretsCommand,
} from '@aws-sdk/client-kafka'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager'
import { pbkdf2Sync } from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters
let secrets: SecretsManagerClient
let ClusterArn: string

const scram = {
  EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
  ClientAuthentication: { Sasl: { Scram: { Enabled: true } } },
}

beforeEach(async () => {
  clusters = await TestClusters.start()
  secrets = clusters.service.secretsClient()
  ClusterArn = await clusters.createFrom({ ...provisioned('orders'), ...scram } as never)
})

async function create(
  user: string,
  change: { Name?: string; KmsKeyId?: string; SecretString?: string } = {},
) {
  const SecretString = JSON.stringify({ username: user, password: `${user}-secret` })
  const request = { Name: `AmazonMSK_${user}`, KmsKeyId: 'key', SecretString, ...change }
  return (await secrets.send(new CreateSecretCommand(request))).ARN ?? ''
}

async function associate(...SecretArnList: string[]) {
  const answer = await clusters.client.send(
    new BatchAssociateScramSecretCommand({ ClusterArn, SecretArnList }),
  )
  await clusters.settled(ClusterArn)
  return answer.UnprocessedScramSecrets
}

async function disassociate(...SecretArnList: string[]) {
  const answer = await clusters.client.send(
    new BatchDisassociateScramSecretCommand({ ClusterArn, SecretArnList }),
  )
  await clusters.settled(ClusterArn)
  return answer.UnprocessedScramSecrets
}

const listed = async () =>
  (await clusters.client.send(new ListScramSecretsCommand({ ClusterArn }))).SecretArnList

/** Who can log in, and whether by this password. */
const users = () => [...clusters.service.engine.scramUsers.keys()].sort()

function isPasswordOf(user: string, password: string): boolean {
  const known = clusters.service.engine.scramUsers.get(user)
  if (!known) return false
  const { salt, iterations, saltedPassword } = known
  return pbkdf2Sync(password, salt, iterations, 64, 'sha512').equals(saltedPassword)
}

async function changePassword(arn: string, username: string, password: string) {
  const SecretString = JSON.stringify({ username, password })
  await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString }))
  await clusters.settled(ClusterArn)
}

describe('the users of a cluster', () => {
  it('are those of its secrets', async () => {
    const [alice, bob] = [await create('alice'), await create('bob')]
    expect(await associate(alice, bob)).toEqual([])
    expect(await listed()).toEqual([alice, bob].sort())
    expect(users()).toEqual(['alice', 'bob'])
    expect(isPasswordOf('alice', 'alice-secret')).toBe(true)
    expect(clusters.service.engine.scramUsers.get('alice')?.iterations).toBe(4_096)
    expect(await associate(alice)).toEqual([])
    expect(await disassociate(alice)).toEqual([])
    expect(await listed()).toEqual([bob])
    expect(users()).toEqual(['bob'])
    expect((await clusters.info(ClusterArn)).State).toBe('ACTIVE')
  })

  it('have the passwords that the secrets have now', async () => {
    const alice = await create('alice')
    await associate(alice)
    await changePassword(alice, 'alice', 'another')
    expect(isPasswordOf('alice', 'another')).toBe(true)
    const SecretString = JSON.stringify({ username: 'carol', password: 'third' })
    await secrets.send(new UpdateSecretCommand({ SecretId: alice, SecretString }))
    await clusters.settled(ClusterArn)
    expect(users()).toEqual(['carol'])
    expect(isPasswordOf('carol', 'third')).toBe(true)
  })

  it('stay while their secret says nothing of them', async () => {
    const alice = await create('alice')
    await associate(alice)
    await secrets.send(new PutSecretValueCommand({ SecretId: alice, SecretString: 'spoilt' }))
    await clusters.settled(ClusterArn)
    expect(isPasswordOf('alice', 'alice-secret')).toBe(true)
    await secrets.send(new DeleteSecretCommand({ SecretId: alice }))
    await clusters.settled(ClusterArn)
    expect(users()).toEqual(['alice'])
    await secrets.send(new RestoreSecretCommand({ SecretId: alice }))
    await changePassword(alice, 'alice', 'mended')
    expect(isPasswordOf('alice', 'mended')).toBe(true)
    await secrets.send(new DeleteSecretCommand({ SecretId: alice, ForceDeleteWithoutRecovery: true }))
    expect(await disassociate(alice)).toEqual([])
    expect(users()).toEqual([])
  })

  it('of which two secrets speak are as the later one says, until it goes', async () => {
    const first = await create('alice')
    const SecretString = JSON.stringify({ username: 'alice', password: 'later' })
    const second = await create('alice', { Name: 'AmazonMSK_other', SecretString })
    await associate(first, second)
    expect(isPasswordOf('alice', 'later')).toBe(true)
    await disassociate(second)
    expect(isPasswordOf('alice', 'alice-secret')).toBe(true)
  })

  it('that the brokers have lost they get again at the next start', async () => {
    await associate(await create('alice'))
    const { disk, engine, fleet } = clusters.service
    await fleet.stop()
    engine.scramUsers.clear()
    const next = await TestClusters.start({ disk })
    await next.settled(ClusterArn)
    expect([...next.service.engine.scramUsers.keys()]).toEqual(['alice'])
  })

  it('whose brokers do not answer are in the record all the same, and are set again', async () => {
    const alice = await create('alice')
    const { engine, fleet } = clusters.service
    engine.scramFailures.push(new Error('the connection is gone'))
    const before = fleet.clusters.byArn(ClusterArn)?.scramUsers
    await associate(alice)
    expect(before).toBeUndefined()
    const failed = fleet.clusters.byArn(ClusterArn)
    expect(failed?.scramUsers).toEqual([{ user: 'alice', secretArn: alice, versionId: null }])
    expect(failed?.stateInfo?.message).toMatch(/connection is gone/)
    const isSet = () => fleet.clusters.byArn(ClusterArn)?.scramUsers?.[0]?.versionId !== null
    await vi.waitFor(() => expect(isSet()).toBe(true), { timeout: 20_000 })
    await vi.waitFor(async () => expect((await clusters.info(ClusterArn)).State).toBe('ACTIVE'), {
      timeout: 20_000,
    })
    await disassociate(alice)
    expect(users()).toEqual([])
  })

  it('leave no password in the record of the cluster', async () => {
    await associate(await create('alice'))
    const uuid = ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1)
    const text = clusters.service.disk.readFileSync(`/data/clusters/${uuid}/cluster.json`).toString()
    expect(text).toContain('AmazonMSK_alice')
    expect(text).not.toContain('alice-secret')
  })
})

describe('a secret that cannot be associated', () => {
  it.each([
    [
      'another name',
      { Name: 'alice' },
      /^The provided secret arn cannot be used with Amazon MSK\. Secret names/,
    ],
    ['no key of its owner', { KmsKeyId: undefined }, /encrypted with the default key/],
    ['the default key', { KmsKeyId: 'alias/aws/secretsmanager' }, /encrypted with the default key/],
    ['no user', { SecretString: '{"username":"alice"}' }, /must be \{"username"/],
  ])('is told: %s', async (_, change, message) => {
    const SecretArn = await create('alice', change as never)
    const good = await create('bob')
    expect(await associate(SecretArn, good)).toEqual([
      { SecretArn, ErrorCode: 'InvalidSecretArn', ErrorMessage: expect.stringMatching(message) },
    ])
    expect(users()).toEqual(['bob'])
  })

  it('is told: there is none', async () => {
    const SecretArn = `${await create('alice')}x`
    expect(await associate(SecretArn)).toEqual([
      {
        SecretArn,
        ErrorCode: 'InvalidSecretArn',
        ErrorMessage: "Amazon MSK wasn't able to access the provided secret.",
      },
    ])
    expect(await disassociate(SecretArn)).toMatchObject([{ SecretArn, ErrorCode: 'InvalidSecretArn' }])
  })
})

describe('a call is refused', () => {
  it('for no secrets, or more than ten', async () => {
    const names = Array.from({ length: 11 }, (_, at) => `arn:${at}`)
    for (const arns of [[], names])
      await expect(associate(...arns)).rejects.toMatchObject(refused(/1 to 10 entries/, 'secretArnList'))
  })

  it('for a cluster without SCRAM, or one that is not ACTIVE', async () => {
    const arn = await create('alice')
    ClusterArn = await clusters.createFrom(provisioned('open'))
    await expect(associate(arn)).rejects.toMatchObject(refused(/not enabled/, 'clusterArn'))
    clusters.service.engine.gate = new Promise(() => {})
    const request = { ...provisioned('other'), ...scram } as never
    const made = clusters.service.fleet.clusters.create(request)
    if (!('record' in made)) throw new Error('refused')
    ClusterArn = made.record.arn
    await expect(
      clusters.client.send(new BatchAssociateScramSecretCommand({ ClusterArn, SecretArnList: [arn] })),
    ).rejects.toMatchObject(refused(/in CREATING state/, 'clusterArn'))
  })
})
