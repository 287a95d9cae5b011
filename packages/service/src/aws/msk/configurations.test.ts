import {
  CreateClusterCommand,
  CreateConfigurationCommand,
  type CreateConfigurationCommandInput,
  DeleteClusterCommand,
  DeleteConfigurationCommand,
  DescribeClusterCommand,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  type KafkaClient,
  ListConfigurationRevisionsCommand,
  ListConfigurationsCommand,
  paginateListConfigurations,
  UpdateConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned, startTestService, type TestService } from '../test-service.ts'

let service: TestService
let client: KafkaClient

beforeEach(async () => {
  service = await startTestService()
  client = service.client({ maxAttempts: 1 })
})

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const unknown = 'arn:aws:kafka:us-east-1:000000000000:configuration/x/6d8b5f5e-1111-4222-8333-944444444444-1'

async function create(change: Partial<CreateConfigurationCommandInput> = {}): Promise<string> {
  const request = { Name: 'ours', ServerProperties: bytes('num.partitions=3\n'), ...change }
  return (await client.send(new CreateConfigurationCommand(request))).Arn ?? ''
}

describe('CreateConfiguration', () => {
  it('answers with revision 1 and an ARN in the shape of AWS, and is on disk before', async () => {
    const answer = await client.send(
      new CreateConfigurationCommand({
        Name: 'ours',
        Description: 'what we use',
        KafkaVersions: ['3.9.x', '4.4.x.kraft', '2.8.1'],
        ServerProperties: bytes('num.partitions=3'),
      }),
    )
    expect(answer).toMatchObject({
      Name: 'ours',
      State: 'ACTIVE',
      CreationTime: expect.any(Date),
      LatestRevision: { Revision: 1, Description: 'what we use', CreationTime: answer.CreationTime },
    })
    expect(answer.Arn).toMatch(
      /^arn:aws:kafka:us-east-1:000000000000:configuration\/ours\/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}-\d{1,2}$/,
    )
    const uuid = answer.Arn?.slice(answer.Arn.lastIndexOf('/') + 1)
    const stored = JSON.parse(service.disk.readFileSync(`/data/configurations/${uuid}.json`).toString())
    expect(stored).toMatchObject({ arn: answer.Arn, formatVersion: 1 })
    expect(await client.send(new DescribeConfigurationCommand({ Arn: answer.Arn }))).toMatchObject({
      Arn: answer.Arn,
      Name: 'ours',
      Description: 'what we use',
      KafkaVersions: ['3.9.x', '4.4.x.kraft', '2.8.1'],
      LatestRevision: { Revision: 1 },
      State: 'ACTIVE',
    })
  })

  it('refuses a name that is taken', async () => {
    await create()
    await expect(create()).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'A resource with this name already exists',
    })
  })

  it.each([
    ['an odd name', { Name: 'a_b' }, 'name', /characters that are not valid/],
    ['an empty name', { Name: '' }, 'name', /characters that are not valid/],
    [
      'a version that nobody has',
      { KafkaVersions: ['2.1.7'] },
      'kafkaVersions',
      /^Unsupported KafkaVersion \[2\.1\.7\]\. Valid values: \[.*4\.4\.x\.kraft.*\]$/,
    ],
    [
      'names that may not be set, all at once',
      { ServerProperties: bytes('listeners=x\nnum.partitions=1\nno.such=1') },
      'serverProperties',
      /^A configuration cannot set these server properties: listeners, no\.such\.$/,
    ],
    [
      'values of another type, all at once',
      {
        ServerProperties: bytes(
          'num.partitions=many\nunclean.leader.election.enable=perhaps\nreplica.lag.time.max.ms=9999',
        ),
      },
      'serverProperties',
      /num\.partitions: 'many' is not a whole number; unclean\.leader\.election\.enable: 'perhaps' is neither true nor false; replica\.lag\.time\.max\.ms: '9999' is not between 10000 and 30000/,
    ],
    [
      'a malformed escape',
      { ServerProperties: bytes('a=\\u00') },
      'serverProperties',
      /Line 1 has a malformed/,
    ],
    [
      'a text that is too long',
      { ServerProperties: bytes(`#${'x'.repeat(65_536)}`) },
      'serverProperties',
      /at most 65536 bytes/,
    ],
    ['a long description', { Description: 'x'.repeat(1_025) }, 'description', /at most 1024/],
  ])('refuses %s', async (_what, change, parameter, message) => {
    await expect(create(change)).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: parameter,
      message: expect.stringMatching(message),
    })
    expect((await client.send(new ListConfigurationsCommand({}))).Configurations).toEqual([])
  })

  it.each([
    'custom.advertised.listeners=CLIENT://x:9000+{broker_id}',
    'remote.log.reader.threads=10',
    'allow.everyone.if.no.acl.found=false',
  ])('says that %s is not implemented', async (line) => {
    await expect(create({ ServerProperties: bytes(line) })).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: expect.stringContaining(line.slice(0, line.indexOf('='))),
    })
  })

  it('takes what MSK has by default', async () => {
    const text = [
      '# MSK’s own',
      ...['auto.create.topics.enable=false', 'default.replication.factor=3', 'min.insync.replicas=2'],
      ...['num.io.threads = 8', 'num.network.threads: 5', 'num.partitions 1', 'num.replica.fetchers=2'],
      ...['replica.lag.time.max.ms=30000', 'socket.receive.buffer.bytes=102400'],
      ...['socket.request.max.bytes=104857600', 'socket.send.buffer.bytes=102400'],
      ...['unclean.leader.election.enable=true', 'zookeeper.session.timeout.ms=18000'],
      ...['allow.everyone.if.no.acl.found=true', 'log.cleanup.policy=compact,delete'],
    ].join('\n')
    await create({ ServerProperties: bytes(text) })
  })

  it('stops at 100', async () => {
    for (let at = 0; at < 100; at++) await create({ Name: `c${at}` })
    await expect(create({ Name: 'one-more' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    })
  })

  it('answers 503 when the disk does not take it, and then there is none', async () => {
    service.disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(create()).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
    expect((await client.send(new ListConfigurationsCommand({}))).Configurations).toEqual([])
  })
})

describe('revisions', () => {
  it('count up, and give the exact bytes back', async () => {
    const Arn = await create()
    const second = bytes('# ü\r\nnum.partitions : 4\t\n\n')
    const answer = await client.send(
      new UpdateConfigurationCommand({ Arn, ServerProperties: second, Description: 'more' }),
    )
    expect(answer).toMatchObject({ Arn, LatestRevision: { Revision: 2, Description: 'more' } })
    const described = await client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 2 }))
    expect(described).toMatchObject({ Arn, Revision: 2, Description: 'more', CreationTime: expect.any(Date) })
    expect(Buffer.from(described.ServerProperties ?? [])).toEqual(Buffer.from(second))
    const first = await client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 1 }))
    expect(Buffer.from(first.ServerProperties ?? []).toString()).toBe('num.partitions=3\n')
    const { LatestRevision } = await client.send(new DescribeConfigurationCommand({ Arn }))
    expect(LatestRevision?.Revision).toBe(2)
  })

  it('are listed in pages', async () => {
    const Arn = await create()
    for (let at = 0; at < 11; at++)
      await client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('') }))
    const first = await client.send(new ListConfigurationRevisionsCommand({ Arn, MaxResults: 10 }))
    const rest = await client.send(new ListConfigurationRevisionsCommand({ Arn, NextToken: first.NextToken }))
    const numbers = [...(first.Revisions ?? []), ...(rest.Revisions ?? [])].map(({ Revision }) => Revision)
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(rest.NextToken).toBeUndefined()
  })

  it('end at 50', async () => {
    const Arn = await create()
    const update = () => client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('') }))
    for (let at = 1; at < 50; at++) await update()
    await expect(update()).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('at most 50'),
    })
  })

  it('that are not there, or not valid, are bad requests', async () => {
    const Arn = await create()
    for (const Revision of [0, 2, 1.5])
      await expect(
        client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision })),
      ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'revision' })
    await expect(
      client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('no.such=1') })),
    ).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'serverProperties' })
  })
})

describe('ListConfigurations', () => {
  it('gives each once, in pages', async () => {
    for (const Name of ['a', 'b', 'c', 'd']) await create({ Name })
    const shown: (string | undefined)[] = []
    for await (const { Configurations = [] } of paginateListConfigurations({ client, pageSize: 3 }, {}))
      shown.push(...Configurations.map((one) => one.Name))
    expect(shown.sort()).toEqual(['a', 'b', 'c', 'd'])
    const { Configurations = [] } = await client.send(new ListConfigurationsCommand({}))
    expect(Configurations[0]).toMatchObject({
      Description: '',
      KafkaVersions: [],
      LatestRevision: { Revision: 1 },
      State: 'ACTIVE',
    })
  })
})

describe('DeleteConfiguration', () => {
  it('answers DELETING; then it does not exist, in the words that Terraform waits for', async () => {
    const Arn = await create()
    expect(await client.send(new DeleteConfigurationCommand({ Arn }))).toMatchObject({
      Arn,
      State: 'DELETING',
    })
    const gone = {
      name: 'BadRequestException',
      message: 'Configuration ARN does not exist',
      $metadata: { httpStatusCode: 400 },
    }
    await expect(client.send(new DescribeConfigurationCommand({ Arn }))).rejects.toMatchObject(gone)
    await expect(client.send(new DeleteConfigurationCommand({ Arn }))).rejects.toMatchObject(gone)
    expect(await create()).not.toBe(Arn)
  })

  it('is refused while a cluster has it, until the cluster is gone', async () => {
    const Arn = await create()
    const { ClusterArn = '' } = await client.send(
      new CreateClusterCommand({ ...provisioned('orders'), ConfigurationInfo: { Arn, Revision: 1 } }),
    )
    const idle = () => service.fleet.idle(ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1))
    await idle()
    await expect(client.send(new DeleteConfigurationCommand({ Arn }))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringMatching(
        /^Configuration is in use by one or more clusters\. Dissociate the configuration from/,
      ),
    })
    await client.send(new DeleteClusterCommand({ ClusterArn }))
    await idle()
    await client.send(new DeleteConfigurationCommand({ Arn }))
  })
})

describe('a configuration ARN', () => {
  it.each([
    ['that names nothing', unknown, 'Configuration ARN does not exist'],
    ['that is none', 'ours', 'Invalid Configuration ARN.'],
    ['of another thing', unknown.replace(':configuration/', ':cluster/'), 'Invalid Configuration ARN.'],
  ])('%s is a bad request', async (_what, Arn, message) => {
    for (const call of [
      client.send(new DescribeConfigurationCommand({ Arn })),
      client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 1 })),
      client.send(new ListConfigurationRevisionsCommand({ Arn })),
      client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('') })),
      client.send(new DeleteConfigurationCommand({ Arn })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'BadRequestException', message })
  })
})

describe('a configuration ARN with plain slashes', () => {
  it('is found, with what comes after it', async () => {
    const open = await startTestService({ acceptAnySignature: true })
    client = open.client({ maxAttempts: 1 })
    const arn = await create()
    for (const path of [arn, encodeURIComponent(arn)])
      for (const [rest, member] of [
        ['', 'latestRevision'],
        ['/revisions', 'revisions'],
        ['/revisions/1', 'serverProperties'],
      ] as const) {
        const target = `/v1/configurations/${path}${rest}`
        const answer = await open.handle({ method: 'GET', target, headers: [], body: Buffer.alloc(0) })
        expect(answer.status).toBe(200)
        expect(JSON.parse(String(answer.body))).toHaveProperty(member)
      }
  })
})

describe('CreateCluster with a configuration', () => {
  const createCluster = (Arn: string, change: object = {}, Revision = 1) =>
    client.send(
      new CreateClusterCommand({
        ...provisioned('orders'),
        ConfigurationInfo: { Arn, Revision },
        ...change,
      }),
    )

  it('runs brokers with it, and describes it', async () => {
    const Arn = await create({ KafkaVersions: ['4.4.x.kraft'] })
    const Tags = { 'sluice:set:num.partitions': '7', 'sluice:set:message.max.bytes': '9000' }
    const { ClusterArn = '' } = await createCluster(Arn, { Tags })
    await service.fleet.idle(ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1))
    expect(service.engine.plans[0]?.properties).toMatchObject({
      'num.partitions': '3',
      'message.max.bytes': '9000',
      'num.network.threads': '5',
    })
    const { ClusterInfo } = await client.send(new DescribeClusterCommand({ ClusterArn }))
    expect(ClusterInfo?.CurrentBrokerSoftwareInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
      ConfigurationArn: Arn,
      ConfigurationRevision: 1,
    })
  })

  it('refuses one for other versions, a missing revision, and what its engine cannot run', async () => {
    const other = await create({ KafkaVersions: ['3.9.x', '2.8.1'] })
    await expect(createCluster(other)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'The configuration is for the Kafka versions [3.9.x, 2.8.1], not for 4.4.x.kraft.',
    })
    await expect(createCluster(other, {}, 2)).rejects.toMatchObject({ InvalidParameter: 'revision' })
    await expect(createCluster(other, {}, 0)).rejects.toMatchObject({ InvalidParameter: 'revision' })
    const replicated = await create({
      Name: 'replicated',
      ServerProperties: bytes('default.replication.factor=3'),
    })
    await expect(createCluster(replicated)).rejects.toMatchObject({
      InvalidParameter: 'configurationInfo',
      message: expect.stringMatching(/default\.replication\.factor cannot be 3/),
    })
    await createCluster(replicated, { Tags: { 'sluice:engine': 'apache-kafka' } })
  })

  it('refuses the ARN of nothing', async () => {
    for (const Arn of [unknown, '', 'x'])
      await expect(createCluster(Arn)).rejects.toMatchObject({
        name: 'BadRequestException',
        message: 'Invalid Configuration ARN.',
      })
  })
})
