import { CreateClusterCommand, CreateClusterV2Command, ListClustersCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('CreateCluster', () => {
  it('answers CREATING with an ARN in the shape of AWS, and the cluster becomes ACTIVE', async () => {
    const answer = await clusters.client.send(new CreateClusterCommand(provisioned('orders')))
    expect(answer.ClusterName).toBe('orders')
    expect(answer.State).toBe('CREATING')
    expect(answer.ClusterArn).toMatch(
      /^arn:aws:kafka:us-east-1:000000000000:cluster\/orders\/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}-\d{1,2}$/,
    )
    await clusters.settled(answer.ClusterArn ?? '')
    expect((await clusters.info(answer.ClusterArn ?? '')).State).toBe('ACTIVE')
  })

  it('is on disk before it is answered', async () => {
    const { ClusterArn = '' } = await clusters.client.send(new CreateClusterCommand(provisioned('orders')))
    const uuid = ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1)
    const stored = JSON.parse(
      clusters.service.disk.readFileSync(`/data/clusters/${uuid}/cluster.json`).toString(),
    )
    expect(stored).toMatchObject({ arn: ClusterArn, name: 'orders' })
  })

  it('describes what was sent, with the defaults of MSK', async () => {
    const info = await clusters.info(await clusters.createFrom(provisioned('orders')))
    expect(info).toMatchObject({
      ClusterName: 'orders',
      NumberOfBrokerNodes: 3,
      BrokerNodeGroupInfo: {
        BrokerAZDistribution: 'DEFAULT',
        ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
        InstanceType: 'kafka.m7g.large',
        StorageInfo: { EbsStorageInfo: { VolumeSize: 100, ProvisionedThroughput: { Enabled: false } } },
        ConnectivityInfo: { PublicAccess: { Type: 'DISABLED' }, NetworkType: 'IPV4' },
        ZoneIds: ['use1-az1', 'use1-az2', 'use1-az3'],
      },
      CurrentBrokerSoftwareInfo: { KafkaVersion: '4.4.x.kraft' },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT', InCluster: true } },
      EnhancedMonitoring: 'DEFAULT',
      StorageMode: 'LOCAL',
      CustomerActionStatus: 'NONE',
      Tags: {},
    })
    expect(info?.CurrentVersion).toMatch(/^K[A-Z0-9]{10,13}$/)
    expect(info?.BrokerNodeGroupInfo?.SecurityGroups).toEqual([expect.stringMatching(/^sg-[0-9a-f]{17}$/)])
    expect(info?.EncryptionInfo?.EncryptionAtRest?.DataVolumeKMSKeyId).toMatch(
      /^arn:aws:kms:us-east-1:000000000000:key\/[0-9a-f-]{36}$/,
    )
    expect(info?.CreationTime).toBeInstanceOf(Date)
    expect(info).not.toHaveProperty('ClientAuthentication')
    expect(info?.CurrentBrokerSoftwareInfo).not.toHaveProperty('ConfigurationArn')
  })

  it('has SASL beside a plaintext listener for those who need not say who they are', async () => {
    const ClientAuthentication = {
      Sasl: { Iam: { Enabled: true }, Scram: { Enabled: true } },
      Unauthenticated: { Enabled: true },
    }
    const EncryptionInfo = { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' as const } }
    const request = { ...provisioned('orders'), ClientAuthentication, EncryptionInfo }
    const { ClusterArn = '' } = await clusters.client.send(new CreateClusterCommand(request))
    await clusters.settled(ClusterArn)
    expect(await clusters.info(ClusterArn)).toMatchObject({ State: 'ACTIVE', ClientAuthentication })
  })

  it('has nothing to say in stateInfo of a cluster of which all is served', async () => {
    const info = await clusters.info(await clusters.createFrom(provisioned('orders')))
    expect(info).toMatchObject({ State: 'ACTIVE', NumberOfBrokerNodes: 3 })
    expect(info.StateInfo).toBeUndefined()
  })

  it('makes a zone of each distinct subnet', async () => {
    const request = provisioned('two-zones')
    const group = { ...request.BrokerNodeGroupInfo, ClientSubnets: ['anything', 'goes'] }
    const arn = await clusters.createFrom({ ...request, NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: group })
    expect((await clusters.info(arn)).BrokerNodeGroupInfo?.ZoneIds).toEqual(['use1-az1', 'use1-az2'])
    expect(clusters.service.engine.plans[0]?.nodes[0]).toMatchObject({ role: 'broker', rack: 'use1-az1' })
  })

  it('refuses a name that is taken, also in the other version of the API', async () => {
    await clusters.createFrom(provisioned('orders'))
    const taken = { name: 'ConflictException', message: 'A resource with this name already exists' }
    await expect(clusters.client.send(new CreateClusterCommand(provisioned('orders')))).rejects.toMatchObject(
      taken,
    )
    const { ClusterName, ...rest } = provisioned('orders')
    await expect(
      clusters.client.send(new CreateClusterV2Command({ ClusterName, Provisioned: rest })),
    ).rejects.toMatchObject(taken)
  })

  it('sets broker properties by tags, over the defaults of MSK', async () => {
    const arn = await clusters.createFrom({
      ...provisioned('orders'),
      Tags: {
        team: 'a',
        'sluice:set:num.partitions': '4',
        'sluice:set:log.cleanup.policy': 'compact,delete',
      },
    })
    expect(clusters.service.engine.plans[0]?.properties).toMatchObject({
      'num.partitions': '4',
      'log.cleanup.policy': 'compact,delete',
      'auto.create.topics.enable': 'false',
      'default.replication.factor': '3',
    })
    expect((await clusters.info(arn)).Tags).toMatchObject({ team: 'a', 'sluice:set:num.partitions': '4' })
  })

  it('answers 503 when the disk does not take the cluster, and then there is none', async () => {
    clusters.service.disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(clusters.client.send(new CreateClusterCommand(provisioned('orders')))).rejects.toMatchObject(
      {
        name: 'ServiceUnavailableException',
        message: expect.stringContaining('The disk is full.'),
      },
    )
    expect((await clusters.client.send(new ListClustersCommand({}))).ClusterInfoList).toEqual([])
  })
})

describe('CreateCluster refuses', () => {
  const group = provisioned('x').BrokerNodeGroupInfo
  const auth = (part: object) => ({
    ClientAuthentication: part,
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' as const } },
  })
  it.each([
    ['an underscore in the name', { ClusterName: 'a_b' }, 'clusterName', /characters that are not valid/],
    ['a name that is too long', { ClusterName: 'a'.repeat(65) }, 'clusterName', /between 1 and 64/],
    [
      'an unknown Kafka version',
      { KafkaVersion: '2.1.0' },
      'kafkaVersion',
      /^Unsupported KafkaVersion \[2\.1\.0\]\. Valid values: \[.*4\.4\.x\.kraft.*\]$/,
    ],
    ['no brokers', { NumberOfBrokerNodes: 0 }, 'numberOfBrokerNodes', /at least 1/],
    ['a broken number', { NumberOfBrokerNodes: 1.5 }, 'numberOfBrokerNodes', /whole number/],
    ['a text for a number', { NumberOfBrokerNodes: '3' as never }, 'numberOfBrokerNodes', /must be a number/],
    ['brokers that do not fit the zones', { NumberOfBrokerNodes: 4 }, 'numberOfBrokerNodes', /multiple/],
    ['too many brokers', { NumberOfBrokerNodes: 63 }, 'numberOfBrokerNodes', /between 1 and 60/],
    [
      'one subnet',
      { BrokerNodeGroupInfo: { ...group, ClientSubnets: ['a'] } },
      'clientSubnets',
      /two or three client subnets/,
    ],
    [
      'a subnet without a name',
      { BrokerNodeGroupInfo: { ...group, ClientSubnets: ['a', '', 'c'] } },
      'clientSubnets',
      /must not be empty/,
    ],
    [
      'two subnets in one zone',
      { BrokerNodeGroupInfo: { ...group, ClientSubnets: ['a', 'b', 'a'] } },
      'clientSubnets',
      /must be equal to the number of client subnets/,
    ],
    [
      'an unknown size',
      { BrokerNodeGroupInfo: { ...group, InstanceType: 'kafka.m7g.24xlarge' } },
      'instanceType',
      /^Unsupported InstanceType/,
    ],
    [
      'a volume that is too large',
      { BrokerNodeGroupInfo: { ...group, StorageInfo: { EbsStorageInfo: { VolumeSize: 16_385 } } } },
      'volumeSize',
      /between 1 and 16384/,
    ],
    [
      'public access at creation',
      {
        BrokerNodeGroupInfo: {
          ...group,
          ConnectivityInfo: { PublicAccess: { Type: 'SERVICE_PROVIDED_EIPS' } },
        },
      },
      'publicAccess',
      /cannot be turned on when/,
    ],
    [
      'an unknown enum',
      { EnhancedMonitoring: 'ALL' as never },
      'enhancedMonitoring',
      /must be one of DEFAULT/,
    ],
    [
      'SASL beside plaintext',
      auth({ Sasl: { Iam: { Enabled: true } } }),
      'clientBroker',
      /SASL.*unauthenticated/,
    ],
    [
      'a login module of every listener (sasl.jaas.config)',
      { Tags: { 'sluice:engine': 'apache-kafka', 'sluice:set:sasl.jaas.config': 'org.example.Any' } },
      'tags',
      /is set of one listener/,
    ],
    ...['metric.reporters', 'authorizer.class.name', 'replica.selector.class'].map(
      (name): [string, object, string, RegExp] => [
        `code to load (${name})`,
        { Tags: { 'sluice:engine': 'apache-kafka', [`sluice:set:${name}`]: 'org.example.Any' } },
        'tags',
        /would load code/,
      ],
    ),
    [
      'an unknown broker property',
      { Tags: { 'sluice:set:no.such.thing': '1' } },
      'tags',
      /no\.such\.thing is not a broker property/,
    ],
    [
      'a configuration that is not there',
      { ConfigurationInfo: { Arn: 'arn:aws:kafka:::configuration/a/b', Revision: 1 } },
      'arn',
      /^Invalid Configuration ARN\.$/,
    ],
    [
      'an engine that is not there',
      { Tags: { 'sluice:engine': 'redpanda' } },
      'tags',
      /^There is no engine 'redpanda'\. The engines of this service are: embedded, apache-kafka\.$/,
    ],
    [
      'a hosting that is not there',
      { Tags: { 'sluice:hosting': 'docker' } },
      'tags',
      /^There is no hosting 'docker'\. The hostings of the engine embedded are: inline, process\.$/,
    ],
    [
      'a hosting for an engine that has no choice',
      { Tags: { 'sluice:engine': 'apache-kafka', 'sluice:hosting': 'process' } },
      'tags',
      /^The engine apache-kafka runs every node in a process of its own: there is no hosting to choose\.$/,
    ],
    [
      'more than 30 brokers with ZooKeeper',
      { KafkaVersion: '3.9.x', NumberOfBrokerNodes: 33 },
      'numberOfBrokerNodes',
      /between 1 and 30/,
    ],
    ['a property that Sluice owns', { Tags: { 'sluice:set:listeners': 'x' } }, 'tags', /set by Sluice/],
    ['a reserved tag', { Tags: { 'aws:x': '1' } }, 'tags', /aws: is reserved/],
    ['a tag with odd characters', { Tags: { a: 'b,c' } }, 'tags', /not valid/],
  ])('%s', async (_what, change, parameter, message) => {
    await expect(
      clusters.client.send(new CreateClusterCommand({ ...provisioned('orders'), ...change })),
    ).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: parameter,
      message: expect.stringMatching(message),
    })
    expect((await clusters.client.send(new ListClustersCommand({}))).ClusterInfoList).toEqual([])
  })

  it('a required member that is missing', async () => {
    const { KafkaVersion: _left, ...rest } = provisioned('orders')
    await expect(clusters.client.send(new CreateClusterCommand(rest as never))).rejects.toMatchObject({
      name: 'BadRequestException',
      InvalidParameter: 'kafkaVersion',
    })
  })

  it.each([
    [
      'the network type DUAL',
      { BrokerNodeGroupInfo: { ...group, ConnectivityInfo: { NetworkType: 'DUAL' as const } } },
    ],
    ['tiered storage', { StorageMode: 'TIERED' as const }],
  ])('%s, as not implemented', async (_what, change) => {
    await expect(
      clusters.client.send(new CreateClusterCommand({ ...provisioned('orders'), ...change })),
    ).rejects.toMatchObject({ name: 'NotImplementedException', $metadata: { httpStatusCode: 501 } })
  })
})
