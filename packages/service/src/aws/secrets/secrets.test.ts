import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  RestoreSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  type UpdateSecretCommandInput,
} from '@aws-sdk/client-secrets-manager'
import { MemoryDisk, TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { startTestService } from '../testing/test-service.ts'

const dayMs = 86_400_000
const token = (letter: string) => letter.repeat(32)
let disk: MemoryDisk
let clock: TestClock
let client: SecretsManagerClient

beforeEach(async () => {
  disk = new MemoryDisk()
  clock = new TestClock()
  // The SDK signs by the system's clock.
  client = (await startTestService({ disk, clock, acceptAnySignature: true })).secretsClient()
})

const create = (input: Partial<CreateSecretCommandInput> = {}) =>
  client.send(new CreateSecretCommand({ Name: 'db', SecretString: 'one', ...input }))
const put = (input: Partial<PutSecretValueCommandInput> = {}) =>
  client.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two', ...input }))
const update = (input: Partial<UpdateSecretCommandInput>) =>
  client.send(new UpdateSecretCommand({ SecretId: 'db', ...input }))
const read = (SecretId = 'db', more: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }))
const describeSecret = () => client.send(new DescribeSecretCommand({ SecretId: 'db' }))
const remove = (more: { RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean } = {}) =>
  client.send(new DeleteSecretCommand({ SecretId: 'db', ...more }))
const namesOf = async (input: ListSecretsCommandInput = {}) =>
  (await client.send(new ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name)

const missing = {
  name: 'ResourceNotFoundException',
  message: "Secrets Manager can't find the specified secret.",
}

describe('a secret', () => {
  it('is kept, and read by its name, its ARN, and its ARN without the letters at the end', async () => {
    const { ARN = '', VersionId } = await create({ Description: 'of the shop', KmsKeyId: 'key' })
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:db-[A-Za-z0-9]{6}$/)
    for (const id of ['db', ARN, ARN.slice(0, -7)])
      expect(await read(id)).toMatchObject({
        ARN,
        Name: 'db',
        SecretString: 'one',
        VersionId,
        VersionStages: ['AWSCURRENT'],
      })
    expect(await describeSecret()).toMatchObject({
      Description: 'of the shop',
      KmsKeyId: 'key',
      VersionIdsToStages: { [VersionId ?? '']: ['AWSCURRENT'] },
    })
    const another = (await startTestService({ disk, clock, acceptAnySignature: true })).secretsClient()
    expect((await another.send(new GetSecretValueCommand({ SecretId: ARN }))).SecretString).toBe('one')
  })

  it('may be bytes', async () => {
    const bytes = new Uint8Array([0, 255, 7])
    await create({ SecretString: undefined, SecretBinary: bytes })
    expect([...((await read()).SecretBinary ?? [])]).toEqual([...bytes])
    expect((await read()).SecretString).toBeUndefined()
  })

  it('without a value has no version', async () => {
    await create({ SecretString: undefined })
    await expect(read()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    })
    expect(await put()).toMatchObject({ VersionStages: ['AWSCURRENT'] })
  })

  it.each([
    [{ Name: 'a b' }, 'ValidationException', /^Invalid name/],
    [{ SecretBinary: new Uint8Array(1) }, 'InvalidParameterException', /both a binary secret value/],
    [{ SecretString: 'x'.repeat(65_537) }, 'ValidationException', /less than or equal to 65536/],
    [{ ClientRequestToken: 'short' }, 'InvalidParameterException', /32-64 characters/],
    [{ Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidParameterException', /tag key/],
  ])('is refused for %j', async (input, name, message) => {
    await expect(create(input)).rejects.toMatchObject({ name, message: expect.stringMatching(message) })
  })

  it('is made once by a token, and its name is taken for every other', async () => {
    const ClientRequestToken = token('a')
    const first = await create({ ClientRequestToken })
    expect(await create({ ClientRequestToken })).toMatchObject({ ARN: first.ARN, VersionId: token('a') })
    await expect(create({ ClientRequestToken: token('b') })).rejects.toMatchObject({
      name: 'ResourceExistsException',
      message: 'The operation failed because the secret db already exists.',
    })
  })

  it('that is not there is not found', async () => {
    await expect(read()).rejects.toMatchObject(missing)
    await expect(put()).rejects.toMatchObject(missing)
    await expect(remove()).rejects.toMatchObject(missing)
    expect(await remove({ ForceDeleteWithoutRecovery: true })).toMatchObject({ Name: 'db' })
  })
})

describe('versions', () => {
  it('are the current one, the one before, and others by their id', async () => {
    await create({ ClientRequestToken: token('a') })
    await put({ ClientRequestToken: token('b') })
    expect(await read()).toMatchObject({ SecretString: 'two', VersionId: token('b') })
    expect(await read('db', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one' })
    await update({ SecretString: 'three', ClientRequestToken: token('c') })
    expect((await describeSecret()).VersionIdsToStages).toEqual({
      [token('b')]: ['AWSPREVIOUS'],
      [token('c')]: ['AWSCURRENT'],
    })
    expect((await read('db', { VersionId: token('a') })).SecretString).toBe('one')
    await expect(read('db', { VersionId: token('a'), VersionStage: 'AWSCURRENT' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
    })
  })

  it('are made once by a token and never changed', async () => {
    await create({ ClientRequestToken: token('a') })
    await put({ ClientRequestToken: token('b') })
    await put({ ClientRequestToken: token('b') })
    expect(Object.keys((await describeSecret()).VersionIdsToStages ?? {})).toHaveLength(2)
    const refusal = {
      name: 'ResourceExistsException',
      message: `You can't use ClientRequestToken ${token('b')} because that value is already in use for a version of secret db.`,
    }
    await expect(put({ ClientRequestToken: token('b'), SecretString: 'x' })).rejects.toMatchObject(refusal)
    await expect(update({ ClientRequestToken: token('b'), SecretString: 'x' })).rejects.toMatchObject(refusal)
  })

  it('take labels of their own from each other', async () => {
    await create({ ClientRequestToken: token('a') })
    await put({ ClientRequestToken: token('b'), VersionStages: ['blue'] })
    expect((await read()).SecretString).toBe('one')
    await put({ ClientRequestToken: token('c'), SecretString: 'three', VersionStages: ['blue'] })
    expect((await read('db', { VersionStage: 'blue' })).SecretString).toBe('three')
    expect((await describeSecret()).VersionIdsToStages).toEqual({
      [token('a')]: ['AWSCURRENT'],
      [token('c')]: ['blue'],
    })
  })

  it('are kept up to a hundred', async () => {
    await create({ ClientRequestToken: token('a') })
    for (let at = 0; at < 110; at++) await put({ SecretString: `value ${at}` })
    await expect(read('db', { VersionId: token('a') })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    expect((await read()).SecretString).toBe('value 109')
  })

  it('need a value', async () => {
    await create()
    await expect(put({ SecretString: undefined })).rejects.toMatchObject({
      message: 'You must provide either SecretString or SecretBinary.',
    })
    const answer = await update({ Description: 'new', KmsKeyId: 'other' })
    expect(answer.VersionId).toBeUndefined()
    expect(await describeSecret()).toMatchObject({ Description: 'new', KmsKeyId: 'other' })
  })
})

describe('a deletion', () => {
  it('can be taken back until its window is over', async () => {
    await create()
    const { DeletionDate } = await remove({ RecoveryWindowInDays: 7 })
    expect(DeletionDate?.getTime()).toBe(clock.now() + 7 * dayMs)
    const marked = {
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    }
    for (const call of [read(), put(), update({ Description: '' }), remove()])
      await expect(call).rejects.toMatchObject(marked)
    await expect(create()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringMatching(/already scheduled for deletion/),
    })
    expect((await describeSecret()).DeletedDate).toBeInstanceOf(Date)
    expect(await namesOf()).toEqual([])
    expect(await namesOf({ IncludePlannedDeletion: true })).toEqual(['db'])
    await client.send(new RestoreSecretCommand({ SecretId: 'db' }))
    expect((await read()).SecretString).toBe('one')
    expect((await remove()).DeletionDate?.getTime()).toBe(clock.now() + 30 * dayMs)
    await client.send(new RestoreSecretCommand({ SecretId: 'db' }))
    await remove({ RecoveryWindowInDays: 7 })
    await clock.advance(7 * dayMs - 1)
    expect((await describeSecret()).Name).toBe('db')
    await clock.advance(1)
    await expect(describeSecret()).rejects.toMatchObject(missing)
    await create()
  })

  it('is done at once where that is asked for', async () => {
    const { ARN } = await create()
    expect(await remove({ ForceDeleteWithoutRecovery: true })).toMatchObject({ ARN, Name: 'db' })
    await expect(describeSecret()).rejects.toMatchObject(missing)
  })

  it.each([
    [{ RecoveryWindowInDays: 6 }, /between 7 and 30 days/],
    [{ RecoveryWindowInDays: 31 }, /between 7 and 30 days/],
    [{ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }, /in conjunction/],
  ])('is refused for %j', async (input, message) => {
    await create()
    await expect(remove(input)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
    })
  })
})

describe('ListSecrets', () => {
  beforeEach(async () => {
    for (const Name of ['shop/db', 'AmazonMSK_alice', 'shop/cache']) {
      await create({ Name, Description: `Of ${Name}`, Tags: [{ Key: 'team', Value: Name.slice(0, 4) }] })
      await clock.advance(1_000)
    }
  })

  it('has pages, in an order that is asked for', async () => {
    expect(await namesOf()).toEqual(['shop/db', 'AmazonMSK_alice', 'shop/cache'])
    expect(await namesOf({ SortBy: 'name', SortOrder: 'desc' })).toEqual([
      'shop/db',
      'shop/cache',
      'AmazonMSK_alice',
    ])
    const first = await client.send(new ListSecretsCommand({ MaxResults: 2 }))
    const second = await client.send(new ListSecretsCommand({ MaxResults: 2, NextToken: first.NextToken }))
    expect(second.SecretList?.map(({ Name }) => Name)).toEqual(['shop/cache'])
    expect(second.NextToken).toBeUndefined()
    await expect(namesOf({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextTokenException' })
  })

  it.each([
    [{ Key: 'name', Values: ['shop'] }, ['shop/db', 'shop/cache']],
    [{ Key: 'name', Values: ['!shop'] }, ['AmazonMSK_alice']],
    [{ Key: 'name', Values: ['SHOP'] }, []],
    [{ Key: 'description', Values: ['of amazon'] }, ['AmazonMSK_alice']],
    [{ Key: 'tag-value', Values: ['Amaz', 'none'] }, ['AmazonMSK_alice']],
    [{ Key: 'tag-key', Values: ['te'] }, ['shop/db', 'AmazonMSK_alice', 'shop/cache']],
    [{ Key: 'all', Values: ['ALICE'] }, ['AmazonMSK_alice']],
    [{ Key: 'owning-service', Values: ['rds'] }, []],
  ] as const)('shows what passes %j', async ({ Key, Values }, names) => {
    expect(await namesOf({ Filters: [{ Key, Values: [...Values] }] })).toEqual(names)
  })
})

it('tags are added and removed', async () => {
  await create({ Tags: [{ Key: 'a', Value: '1' }] })
  await client.send(
    new TagResourceCommand({
      SecretId: 'db',
      Tags: [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '3' },
      ],
    }),
  )
  await client.send(new UntagResourceCommand({ SecretId: 'db', TagKeys: ['b', 'c'] }))
  expect((await describeSecret()).Tags).toEqual([{ Key: 'a', Value: '2' }])
})

describe('the policy of a secret', () => {
  const ResourcePolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSKafkaResourcePolicy',
        Effect: 'Allow',
        Principal: { Service: 'kafka.amazonaws.com' },
        Action: 'secretsmanager:getSecretValue',
        Resource: '*',
      },
    ],
  })
  const policy = async () =>
    (await client.send(new GetResourcePolicyCommand({ SecretId: 'db' }))).ResourcePolicy

  it('is kept as it was given, until it is deleted', async () => {
    const { ARN } = await create()
    expect(await policy()).toBeUndefined()
    const request = { SecretId: 'db', ResourcePolicy }
    expect(await client.send(new PutResourcePolicyCommand(request))).toMatchObject({ ARN, Name: 'db' })
    await put()
    expect(await policy()).toBe(ResourcePolicy)
    await client.send(new DeleteResourcePolicyCommand({ SecretId: 'db' }))
    await client.send(new DeleteResourcePolicyCommand({ SecretId: 'db' }))
    expect(await policy()).toBeUndefined()
  })

  it('has to be understood, and have a secret', async () => {
    await create()
    const refused = (SecretId: string, text: string) =>
      client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: text }))
    await expect(refused('db', '{')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' })
    await expect(refused('other', ResourcePolicy)).rejects.toMatchObject(missing)
    expect(await policy()).toBeUndefined()
  })
})

it('the day of the last reading is told', async () => {
  await create()
  expect((await describeSecret()).LastAccessedDate).toBeUndefined()
  await read()
  expect((await describeSecret()).LastAccessedDate?.getTime()).toBe(clock.now() - (clock.now() % dayMs))
})

it('what is not there yet says so', async () => {
  await expect(client.send(new GetRandomPasswordCommand({}))).rejects.toMatchObject({
    name: 'NotImplementedException',
  })
})

it('a file that cannot be read is told without what it holds', async () => {
  disk.mkdirSync('/data/secrets')
  disk.writeFileAtomicSync('/data/secrets/broken.json', '{"text": "very-secret-password" oops')
  const { fleet } = await startTestService({ disk, clock })
  const [broken] = fleet.secrets.unreadable()
  expect(broken?.error.message).toMatch(/secret record .*broken\.json cannot be read/)
  expect(broken?.error.why).toBe('It is not valid JSON.')
  expect(broken?.error.cause).toBeUndefined()
})
