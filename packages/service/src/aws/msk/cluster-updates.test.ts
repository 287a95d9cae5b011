import {
  type ClusterOperationInfo,
  CreateClusterCommand,
  CreateConfigurationCommand,
  DeleteClusterCommand,
  DeleteConfigurationCommand,
  DescribeClusterCommand,
  DescribeClusterOperationCommand,
  DescribeClusterOperationV2Command,
  DescribeClusterV2Command,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  GetBootstrapBrokersCommand,
  GetCompatibleKafkaVersionsCommand,
  type KafkaClient,
  ListClusterOperationsCommand,
  ListClusterOperationsV2Command,
  ListNodesCommand,
  RebootBrokerCommand,
  UpdateBrokerCountCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
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
const unknown = 'arn:aws:kafka:us-east-1:000000000000:cluster/x/6d8b5f5e-1111-4222-8333-944444444444-1'
const unknownConfiguration = unknown.replace(':cluster/', ':configuration/')

/** A cluster whose brokers all run. */
async function createCluster(change: object = {}): Promise<string> {
  const { ClusterArn = '' } = await client.send(
    new CreateClusterCommand({
      ...provisioned('orders'),
      KafkaVersion: '3.9.x.kraft',
      Tags: { 'sluice:engine': 'apache-kafka' },
      ...change,
    }),
  )
  await settled(ClusterArn)
  service.replicating.log.splice(0)
  return ClusterArn
}

async function createConfiguration(properties: string, change: object = {}): Promise<string> {
  const request = { Name: `c${Math.random()}`.replace('.', '-'), ServerProperties: bytes(properties) }
  const { Arn = '' } = await client.send(new CreateConfigurationCommand({ ...request, ...change }))
  return Arn
}

const settled = (arn: string) => service.fleet.idle(arn.slice(arn.lastIndexOf('/') + 1))

/** Work on brokers stops before their next start, until it is called. */
function holdBrokers(): () => void {
  let open = () => {}
  service.replicating.gate = new Promise((resolve) => {
    open = resolve
  })
  return () => {
    service.replicating.gate = null
    open()
  }
}

async function info(ClusterArn: string) {
  const { ClusterInfo } = await client.send(new DescribeClusterCommand({ ClusterArn }))
  return { ...ClusterInfo, CurrentVersion: ClusterInfo?.CurrentVersion ?? '' }
}

async function operationOf(ClusterOperationArn: string | undefined): Promise<ClusterOperationInfo> {
  const answer = await client.send(new DescribeClusterOperationCommand({ ClusterOperationArn }))
  return answer.ClusterOperationInfo ?? {}
}

const refused = (message: RegExp | string, InvalidParameter?: string) => ({
  name: 'BadRequestException',
  message: typeof message === 'string' ? message : expect.stringMatching(message),
  ...(InvalidParameter !== undefined && { InvalidParameter }),
})

/** Every call that changes a cluster. */
const changes: [string, (arn: string, version: string) => Promise<unknown>][] = [
  [
    'UpdateBrokerCount',
    (ClusterArn, CurrentVersion) =>
      client.send(new UpdateBrokerCountCommand({ ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes: 6 })),
  ],
  [
    'UpdateClusterKafkaVersion',
    (ClusterArn, CurrentVersion) =>
      client.send(
        new UpdateClusterKafkaVersionCommand({
          ClusterArn,
          CurrentVersion,
          TargetKafkaVersion: '4.4.x.kraft',
        }),
      ),
  ],
  [
    'UpdateClusterConfiguration',
    async (ClusterArn, CurrentVersion) => {
      const ConfigurationInfo = { Arn: await createConfiguration('num.partitions=3'), Revision: 1 }
      const input = { ClusterArn, CurrentVersion, ConfigurationInfo }
      return client.send(new UpdateClusterConfigurationCommand(input))
    },
  ],
  ['RebootBroker', (ClusterArn) => client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] }))],
]

describe.each(changes)('%s', (name, call) => {
  it('of a cluster that is not there is not found', async () => {
    await expect(call(unknown, 'K1')).rejects.toMatchObject({
      name: 'NotFoundException',
      $metadata: { httpStatusCode: 404 },
    })
    await expect(call('orders', 'K1')).rejects.toMatchObject(
      refused(/not the ARN of a cluster/, 'clusterArn'),
    )
  })

  it('wants the current version, where it takes one', async () => {
    const arn = await createCluster()
    const stale = call(arn, 'KOLDVERSION1')
    if (name === 'RebootBroker') await stale
    else
      await expect(stale).rejects.toMatchObject(
        refused(
          'The version of the cluster isn’t current. Check the current version and try again.',
          'currentVersion',
        ),
      )
  })

  it('is one at a time: a second change is refused until the first has ended', async () => {
    const arn = await createCluster()
    const { CurrentVersion } = await info(arn)
    const release = holdBrokers()
    await client.send(new RebootBrokerCommand({ ClusterArn: arn, BrokerIds: ['2'] }))
    await expect(call(arn, CurrentVersion)).rejects.toMatchObject(
      refused("You can't update a cluster in REBOOTING_BROKER state."),
    )
    release()
    await settled(arn)
    await call(arn, (await info(arn)).CurrentVersion)
  })

  it('is refused while the cluster is being made', async () => {
    holdBrokers()
    const { ClusterArn = '' } = await client.send(
      new CreateClusterCommand({ ...provisioned('new'), Tags: { 'sluice:engine': 'apache-kafka' } }),
    )
    await expect(call(ClusterArn, (await info(ClusterArn)).CurrentVersion)).rejects.toMatchObject(
      refused("You can't update a cluster in CREATING state."),
    )
  })

  it('is on disk before it is answered', async () => {
    const arn = await createCluster()
    const { CurrentVersion } = await info(arn)
    holdBrokers()
    const answer = (await call(arn, CurrentVersion)) as { ClusterArn: string; ClusterOperationArn: string }
    expect(answer.ClusterArn).toBe(arn)
    expect(answer.ClusterOperationArn).toMatch(
      new RegExp(
        `^${arn.replace(':cluster/', ':cluster-operation/')}/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`,
      ),
    )
    const path = `/data/clusters/${arn.slice(arn.lastIndexOf('/') + 1)}/cluster.json`
    const stored = JSON.parse(service.disk.readFileSync(path).toString())
    expect(answer.ClusterOperationArn.endsWith(stored.operations[0].uuid)).toBe(true)
    expect(stored.state).toBe(name === 'RebootBroker' ? 'REBOOTING_BROKER' : 'UPDATING')
  })
})

describe('an update', () => {
  it('that the disk does not take is answered with 503 and has not happened', async () => {
    const ClusterArn = await createCluster()
    const before = await info(ClusterArn)
    service.disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(
      client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
    ).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
    expect(await info(ClusterArn)).toEqual(before)
    expect(
      (await client.send(new ListClusterOperationsCommand({ ClusterArn }))).ClusterOperationInfoList,
    ).toEqual([])
  })

  it('keeps the brokers reachable, and shows what was until it is done', async () => {
    const ClusterArn = await createCluster()
    const before = await info(ClusterArn)
    const release = holdBrokers()
    const { ClusterOperationArn } = await client.send(
      new UpdateClusterKafkaVersionCommand({
        ClusterArn,
        CurrentVersion: before.CurrentVersion,
        TargetKafkaVersion: '4.4.x.kraft',
      }),
    )
    expect(await info(ClusterArn)).toMatchObject({
      State: 'UPDATING',
      ActiveOperationArn: ClusterOperationArn,
      CurrentVersion: before.CurrentVersion,
      CurrentBrokerSoftwareInfo: { KafkaVersion: '3.9.x.kraft' },
    })
    const { ClusterInfo } = await client.send(new DescribeClusterV2Command({ ClusterArn }))
    expect(ClusterInfo).toMatchObject({ State: 'UPDATING', ActiveOperationArn: ClusterOperationArn })
    const { BootstrapBrokerString } = await client.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    expect(BootstrapBrokerString?.split(',')).toHaveLength(3)
    release()
    await settled(ClusterArn)
    const after = await info(ClusterArn)
    expect(after).toMatchObject({
      State: 'ACTIVE',
      CurrentBrokerSoftwareInfo: { KafkaVersion: '4.4.x.kraft' },
    })
    expect(after).not.toHaveProperty('ActiveOperationArn')
    expect(after.CurrentVersion).not.toBe(before.CurrentVersion)
    expect(after.CurrentVersion).toMatch(/^K[A-Z0-9]{10,13}$/)
  })

  it('of a cluster whose engine this service has not is refused by name', async () => {
    const ClusterArn = await createCluster()
    const uuid = ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1)
    const record = service.fleet.clusters.byArn(ClusterArn)
    expect(record?.uuid).toBe(uuid)
    if (record) record.engine = 'nowhere' as never
    await expect(
      client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
    ).rejects.toMatchObject(
      refused(/is run by nowhere\. The engines of this service are: embedded, apache-kafka\.$/),
    )
  })
})

describe('RebootBroker', () => {
  it('restarts that broker, and the version of the cluster stays', async () => {
    const ClusterArn = await createCluster()
    const before = await info(ClusterArn)
    const { ClusterOperationArn } = await client.send(
      new RebootBrokerCommand({ ClusterArn, BrokerIds: ['2'] }),
    )
    await settled(ClusterArn)
    expect(service.replicating.log).toEqual(['stop broker 2', 'start broker 2'])
    expect(await info(ClusterArn)).toEqual(before)
    expect(await operationOf(ClusterOperationArn)).toMatchObject({
      ClusterArn,
      OperationArn: ClusterOperationArn,
      OperationType: 'REBOOT_NODE',
      OperationState: 'REBOOT_COMPLETE',
      SourceClusterInfo: {},
      TargetClusterInfo: {},
      CreationTime: expect.any(Date),
      EndTime: expect.any(Date),
    })
  })

  it.each([
    ['none', [], /exactly one/],
    ['two', ['1', '2'], /exactly one/],
    ['one that is not there', ['4'], /no broker 4 that runs\. Valid values: \[1, 2, 3\]/],
    ['a text', ['one'], /no broker one/],
    ['a controller', ['10001'], /no broker 10001/],
  ])('refuses %s', async (_what, BrokerIds, message) => {
    const ClusterArn = await createCluster()
    await expect(client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds }))).rejects.toMatchObject(
      refused(message, 'brokerIds'),
    )
  })
})

describe('UpdateBrokerCount', () => {
  const updateCount = async (ClusterArn: string, TargetNumberOfBrokerNodes: number) => {
    const { CurrentVersion } = await info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes }
    return client.send(new UpdateBrokerCountCommand(input))
  }

  it('adds brokers over the zones, and takes one of each zone away', async () => {
    const ClusterArn = await createCluster()
    const grown = await updateCount(ClusterArn, 6)
    await settled(ClusterArn)
    expect(service.replicating.running).toBe(6)
    expect(await info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6, State: 'ACTIVE' })
    expect(await operationOf(grown.ClusterOperationArn)).toMatchObject({
      OperationType: 'INCREASE_BROKER_COUNT',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: { NumberOfBrokerNodes: 3 },
      TargetClusterInfo: {
        NumberOfBrokerNodes: 6,
        BrokerCountUpdateInfo: { CreatedBrokerIds: [4, 5, 6], DeletedBrokerIds: [] },
      },
    })
    const { NodeInfoList = [] } = await client.send(new ListNodesCommand({ ClusterArn }))
    expect(NodeInfoList.flatMap((node) => node.BrokerNodeInfo?.ClientSubnet ?? [])).toEqual([
      ...['subnet-a', 'subnet-b', 'subnet-c'],
      ...['subnet-a', 'subnet-b', 'subnet-c'],
    ])
    const shrunk = await updateCount(ClusterArn, 3)
    await settled(ClusterArn)
    expect(service.replicating.running).toBe(3)
    expect(await operationOf(shrunk.ClusterOperationArn)).toMatchObject({
      OperationType: 'DECREASE_BROKER_COUNT',
      OperationState: 'UPDATE_COMPLETE',
      TargetClusterInfo: { BrokerCountUpdateInfo: { CreatedBrokerIds: [], DeletedBrokerIds: [4, 5, 6] } },
    })
  })

  it('fails with a sentence where a broker that leaves holds partitions, and takes itself back', async () => {
    const ClusterArn = await createCluster({ NumberOfBrokerNodes: 6 })
    service.replicating.partitions.set(5, 2)
    const { ClusterOperationArn } = await updateCount(ClusterArn, 3)
    await settled(ClusterArn)
    expect(service.replicating.running).toBe(6)
    expect(await info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6, State: 'ACTIVE' })
    expect(await operationOf(ClusterOperationArn)).toMatchObject({
      OperationState: 'UPDATE_FAILED',
      ErrorInfo: { ErrorCode: expect.any(String), ErrorString: expect.stringMatching(/Broker 5 holds 2/) },
    })
  })

  it('creates none where the engine runs one', async () => {
    const ClusterArn = await createCluster({ Tags: {} })
    const { ClusterOperationArn } = await updateCount(ClusterArn, 6)
    await settled(ClusterArn)
    expect(service.engine.running).toBe(1)
    expect(await info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6 })
    expect((await operationOf(ClusterOperationArn)).TargetClusterInfo?.BrokerCountUpdateInfo).toEqual({
      CreatedBrokerIds: [],
      DeletedBrokerIds: [],
    })
  })

  it.each([
    ['as many as there are', 3, /has 3 broker nodes already/],
    ['what does not fit the zones', 7, /must be a multiple of Availability Zones/],
    ['none', 0, /at least 1/],
    ['more than the quota', 63, /between 1 and 60/],
  ])('refuses %s', async (_what, target, message) => {
    await expect(updateCount(await createCluster(), target)).rejects.toMatchObject(
      refused(message, 'targetNumberOfBrokerNodes'),
    )
  })

  it('refuses more than 30 with ZooKeeper', async () => {
    const ClusterArn = await createCluster({ KafkaVersion: '3.9.x' })
    await expect(updateCount(ClusterArn, 33)).rejects.toMatchObject(refused(/between 1 and 30/))
  })

  it('refuses to remove two brokers of a zone at once, and small brokers', async () => {
    const ClusterArn = await createCluster({ NumberOfBrokerNodes: 9 })
    await expect(updateCount(ClusterArn, 3)).rejects.toMatchObject(refused(/next smaller number is 6/))
    const group = { ...provisioned('x').BrokerNodeGroupInfo, InstanceType: 'kafka.t3.small' }
    const small = await createCluster({
      ClusterName: 'small',
      NumberOfBrokerNodes: 6,
      BrokerNodeGroupInfo: group,
    })
    await expect(updateCount(small, 3)).rejects.toMatchObject(refused(/t3\.small cannot be removed/))
  })
})

describe('UpdateClusterKafkaVersion', () => {
  const updateVersion = async (ClusterArn: string, TargetKafkaVersion: string, more: object = {}) => {
    const { CurrentVersion } = await info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, TargetKafkaVersion, ...more }
    return client.send(new UpdateClusterKafkaVersionCommand(input))
  }

  it('rolls every node, then finalizes, and tells its steps', async () => {
    const ClusterArn = await createCluster()
    const release = holdBrokers()
    const { ClusterOperationArn } = await updateVersion(ClusterArn, '4.4.x.kraft')
    const pending = await operationOf(ClusterOperationArn)
    expect(pending.OperationSteps?.map(({ StepName }) => StepName)).toEqual([
      'INITIALIZE_UPDATE',
      'UPDATE_APACHE_KAFKA_BINARIES',
      'FINALIZE_UPDATE',
    ])
    expect(['PENDING', 'UPDATE_IN_PROGRESS']).toContain(pending.OperationState)
    expect(pending).not.toHaveProperty('EndTime')
    release()
    await settled(ClusterArn)
    expect(service.replicating.log.filter((line) => line.startsWith('start broker'))).toHaveLength(3)
    expect(service.replicating.log.at(-1)).toBe('finalize 4.4.x.kraft')
    const done = await operationOf(ClusterOperationArn)
    expect(done).toMatchObject({
      OperationType: 'UPDATE_CLUSTER_KAFKA_VERSION',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: { KafkaVersion: '3.9.x.kraft' },
      TargetClusterInfo: { KafkaVersion: '4.4.x.kraft' },
    })
    expect(Object.keys(done.SourceClusterInfo ?? {})).toEqual(['KafkaVersion'])
    expect(done.OperationSteps?.map(({ StepInfo }) => StepInfo?.StepStatus)).toEqual(
      Array(3).fill('COMPLETED'),
    )
  })

  it('applies a configuration with it', async () => {
    const ClusterArn = await createCluster()
    const Arn = await createConfiguration('num.partitions=9', { KafkaVersions: ['4.4.x.kraft'] })
    const ConfigurationInfo = { Arn, Revision: 1 }
    const { ClusterOperationArn } = await updateVersion(ClusterArn, '4.4.x.kraft', { ConfigurationInfo })
    await settled(ClusterArn)
    expect((await info(ClusterArn)).CurrentBrokerSoftwareInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
      ConfigurationArn: Arn,
      ConfigurationRevision: 1,
    })
    expect(service.replicating.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '9' })
    expect((await operationOf(ClusterOperationArn)).TargetClusterInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
      ConfigurationInfo,
    })
  })

  it('refuses a version below, the same one, and one that nobody has, with the valid ones', async () => {
    const ClusterArn = await createCluster({ KafkaVersion: '4.1.x.kraft' })
    for (const target of ['3.9.x.kraft', '4.1.x.kraft', '3.9.x', '9.9.x'])
      await expect(updateVersion(ClusterArn, target)).rejects.toMatchObject(
        refused(`Unsupported KafkaVersion [${target}]. Valid values: [4.4.x.kraft]`, 'targetKafkaVersion'),
      )
  })

  it('does not move from ZooKeeper to KRaft yet', async () => {
    const ClusterArn = await createCluster({ KafkaVersion: '3.9.x' })
    await expect(updateVersion(ClusterArn, '3.9.x.kraft')).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: 'Moving a cluster from ZooKeeper to KRaft is not implemented yet in Sluice.',
    })
  })

  it('refuses where the configuration that stays is for other versions', async () => {
    const Arn = await createConfiguration('num.partitions=9', { KafkaVersions: ['3.9.x.kraft'] })
    const ConfigurationInfo = { Arn, Revision: 1 }
    const ClusterArn = await createCluster({ ConfigurationInfo })
    await expect(updateVersion(ClusterArn, '4.4.x.kraft')).rejects.toMatchObject(
      refused(/is for the Kafka versions \[3\.9\.x\.kraft\], not for 4\.4\.x\.kraft/),
    )
  })

  it('is taken back where the brokers do not start with it', async () => {
    const ClusterArn = await createCluster()
    const before = await info(ClusterArn)
    service.replicating.refuses = ({ kafkaVersion }) =>
      kafkaVersion === '4.4.x.kraft' ? new Error('it does not start') : undefined
    const { ClusterOperationArn } = await updateVersion(ClusterArn, '4.4.x.kraft')
    for (;;) {
      await settled(ClusterArn)
      if ((await operationOf(ClusterOperationArn)).EndTime) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await operationOf(ClusterOperationArn)).toMatchObject({
      OperationState: 'UPDATE_FAILED',
      ErrorInfo: { ErrorString: expect.stringContaining('it does not start') },
    })
    expect(await info(ClusterArn)).toMatchObject({
      State: 'ACTIVE',
      CurrentVersion: before.CurrentVersion,
      CurrentBrokerSoftwareInfo: { KafkaVersion: '3.9.x.kraft' },
    })
  })
})

describe('UpdateClusterConfiguration', () => {
  const updateConfiguration = async (ClusterArn: string, Arn: string, Revision = 1) => {
    const { CurrentVersion } = await info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, ConfigurationInfo: { Arn, Revision } }
    return client.send(new UpdateClusterConfigurationCommand(input))
  }

  it('rolls the brokers with the revision; later revisions do not touch them', async () => {
    const ClusterArn = await createCluster()
    const Arn = await createConfiguration('num.partitions=9')
    const { ClusterOperationArn } = await updateConfiguration(ClusterArn, Arn)
    await settled(ClusterArn)
    expect(service.replicating.log.filter((line) => line.startsWith('start broker'))).toHaveLength(3)
    expect(service.replicating.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '9' })
    expect((await info(ClusterArn)).CurrentBrokerSoftwareInfo).toMatchObject({
      ConfigurationArn: Arn,
      ConfigurationRevision: 1,
    })
    const operation = await operationOf(ClusterOperationArn)
    expect(operation).toMatchObject({
      OperationType: 'UPDATE_CLUSTER_CONFIGURATION',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: {},
      TargetClusterInfo: { ConfigurationInfo: { Arn, Revision: 1 } },
    })
    service.replicating.log.splice(0)
    await client.send(new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('num.partitions=10') }))
    await settled(ClusterArn)
    expect(service.replicating.log).toEqual([])
    const second = await updateConfiguration(ClusterArn, Arn, 2)
    await settled(ClusterArn)
    expect(service.replicating.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '10' })
    expect((await operationOf(second.ClusterOperationArn)).SourceClusterInfo).toEqual({
      ConfigurationInfo: { Arn, Revision: 1 },
    })
  })

  it('refuses the revision that is there already', async () => {
    const Arn = await createConfiguration('num.partitions=9')
    const ClusterArn = await createCluster({ ConfigurationInfo: { Arn, Revision: 1 } })
    await expect(updateConfiguration(ClusterArn, Arn)).rejects.toMatchObject(
      refused(/does not include any updates to the configuration/),
    )
  })

  it('refuses ARNs of nothing, missing revisions, and configurations for other versions', async () => {
    const ClusterArn = await createCluster()
    for (const arn of [unknownConfiguration, '', 'x'])
      await expect(updateConfiguration(ClusterArn, arn)).rejects.toMatchObject(
        refused('Invalid Configuration ARN.', 'arn'),
      )
    const Arn = await createConfiguration('', { KafkaVersions: ['2.8.1'] })
    await expect(updateConfiguration(ClusterArn, Arn, 2)).rejects.toMatchObject(refused(/no revision 2/))
    await expect(updateConfiguration(ClusterArn, Arn)).rejects.toMatchObject(
      refused(/not for 3\.9\.x\.kraft/),
    )
  })

  it('refuses properties that the engine does not take in this version', async () => {
    const Arn = await createConfiguration('compression.type=zstd')
    await expect(updateConfiguration(await createCluster(), Arn)).rejects.toMatchObject(
      refused(/^Broker properties are not valid: compression\.type: is not a broker property/),
    )
  })

  it('holds the configuration while it is under way', async () => {
    const first = await createConfiguration('num.partitions=1')
    const second = await createConfiguration('num.partitions=2')
    const ClusterArn = await createCluster({ ConfigurationInfo: { Arn: first, Revision: 1 } })
    const release = holdBrokers()
    await updateConfiguration(ClusterArn, second)
    for (const Arn of [first, second])
      await expect(client.send(new DeleteConfigurationCommand({ Arn }))).rejects.toMatchObject(
        refused(/^Configuration is in use/),
      )
    release()
    await settled(ClusterArn)
    await client.send(new DeleteConfigurationCommand({ Arn: first }))
  })
})

describe('GetCompatibleKafkaVersions', () => {
  it('of a cluster is one entry, by the engine that runs it', async () => {
    const ClusterArn = await createCluster()
    expect(await client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn }))).toMatchObject({
      CompatibleKafkaVersions: [
        { SourceVersion: '3.9.x.kraft', TargetVersions: ['4.1.x.kraft', '4.4.x.kraft'] },
      ],
    })
  })

  it('of none are all pairs', async () => {
    const { CompatibleKafkaVersions = [] } = await client.send(new GetCompatibleKafkaVersionsCommand({}))
    expect(CompatibleKafkaVersions.map(({ SourceVersion }) => SourceVersion)).toEqual(
      service.engine.kafkaVersions.map(({ version }) => version),
    )
    expect(CompatibleKafkaVersions.at(-1)).toEqual({ SourceVersion: '4.4.x.kraft', TargetVersions: [] })
  })

  it('of an unknown cluster are not found', async () => {
    await expect(
      client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn: unknown })),
    ).rejects.toMatchObject({ name: 'NotFoundException' })
  })
})

describe('cluster operations', () => {
  const reboot = async (ClusterArn: string, times: number) => {
    const arns: string[] = []
    for (let at = 0; at < times; at++) {
      const answer = await client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] }))
      arns.push(answer.ClusterOperationArn ?? '')
      await settled(ClusterArn)
    }
    return arns
  }

  it('are listed in both versions, in pages, each once', async () => {
    const ClusterArn = await createCluster()
    const arns = await reboot(ClusterArn, 5)
    const first = await client.send(new ListClusterOperationsCommand({ ClusterArn, MaxResults: 3 }))
    const rest = await client.send(
      new ListClusterOperationsCommand({ ClusterArn, NextToken: first.NextToken }),
    )
    const v1 = [...(first.ClusterOperationInfoList ?? []), ...(rest.ClusterOperationInfoList ?? [])]
    expect(v1.map(({ OperationArn }) => OperationArn).sort()).toEqual([...arns].sort())
    expect(v1[0]?.OperationSteps).toHaveLength(3)
    const times = v1.map(({ CreationTime }) => CreationTime?.getTime() ?? 0)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    const v2 = await client.send(new ListClusterOperationsV2Command({ ClusterArn }))
    expect(v2.ClusterOperationInfoList?.map(({ OperationArn }) => OperationArn)).toEqual(
      v1.map(({ OperationArn }) => OperationArn),
    )
    expect(v2.ClusterOperationInfoList?.[0]).toEqual({
      ClusterArn,
      ClusterType: 'PROVISIONED',
      StartTime: v1[0]?.CreationTime,
      EndTime: v1[0]?.EndTime,
      OperationArn: v1[0]?.OperationArn,
      OperationState: 'REBOOT_COMPLETE',
      OperationType: 'REBOOT_NODE',
    })
  })

  it('are described in both versions, by an ARN with encoded and with plain slashes', async () => {
    const ClusterArn = await createCluster()
    const { ClusterOperationArn = '', $metadata } = await client.send(
      new UpdateBrokerCountCommand({
        ClusterArn,
        CurrentVersion: (await info(ClusterArn)).CurrentVersion,
        TargetNumberOfBrokerNodes: 6,
      }),
    )
    await settled(ClusterArn)
    const v1 = await operationOf(ClusterOperationArn)
    expect(v1.ClientRequestId).toBe($metadata.requestId)
    const { ClusterOperationInfo: v2 } = await client.send(
      new DescribeClusterOperationV2Command({ ClusterOperationArn }),
    )
    expect(v2).toEqual({
      ClusterArn,
      ClusterType: 'PROVISIONED',
      StartTime: v1.CreationTime,
      EndTime: v1.EndTime,
      OperationArn: ClusterOperationArn,
      OperationState: 'UPDATE_COMPLETE',
      OperationType: 'INCREASE_BROKER_COUNT',
      Provisioned: {
        OperationSteps: v1.OperationSteps,
        SourceClusterInfo: v1.SourceClusterInfo,
        TargetClusterInfo: v1.TargetClusterInfo,
      },
    })
    const open = await startTestService({ acceptAnySignature: true })
    const { status, body } = await open.server.handle({
      method: 'GET',
      target: `/v1/operations/${ClusterOperationArn}`,
      headers: [],
      body: Buffer.alloc(0),
    })
    // Another service: its own answer, and not that of a path that nobody knows.
    expect([status, JSON.parse(body).message]).toEqual([404, 'The cluster operation does not exist.'])
  })

  it('that are unknown are not found; ARNs of other things are bad requests', async () => {
    const ClusterArn = await createCluster()
    const [arn = ''] = await reboot(ClusterArn, 1)
    const describeBoth = (ClusterOperationArn: string) => [
      client.send(new DescribeClusterOperationCommand({ ClusterOperationArn })),
      client.send(new DescribeClusterOperationV2Command({ ClusterOperationArn })),
    ]
    for (const call of describeBoth(`${arn.slice(0, -4)}0000`))
      await expect(call).rejects.toMatchObject({ name: 'NotFoundException' })
    for (const call of [...describeBoth(ClusterArn), ...describeBoth('x')])
      await expect(call).rejects.toMatchObject(refused(/not the ARN of a cluster operation/))
    for (const call of [
      client.send(new ListClusterOperationsCommand({ ClusterArn: unknown })),
      client.send(new ListClusterOperationsV2Command({ ClusterArn: unknown })),
    ])
      await expect(call).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  it('go with their cluster', async () => {
    const ClusterArn = await createCluster()
    const [arn] = await reboot(ClusterArn, 1)
    await client.send(new DeleteClusterCommand({ ClusterArn }))
    await settled(ClusterArn)
    await expect(operationOf(arn)).rejects.toMatchObject({ name: 'NotFoundException' })
  })
})

describe('Terraform', () => {
  /** As its provider waits: PENDING and UPDATE_IN_PROGRESS may be, UPDATE_COMPLETE must come. */
  async function completed(ClusterArn: string, ClusterOperationArn: string | undefined): Promise<string> {
    for (;;) {
      const { OperationState = '' } = await operationOf(ClusterOperationArn)
      if (OperationState === 'UPDATE_COMPLETE') return (await info(ClusterArn)).CurrentVersion
      expect(['PENDING', 'UPDATE_IN_PROGRESS']).toContain(OperationState)
      await settled(ClusterArn)
    }
  }

  it('applies, changes and destroys a cluster with a configuration', async () => {
    const created = await client.send(
      new CreateConfigurationCommand({
        Name: 'ours',
        KafkaVersions: ['3.9.x.kraft', '4.4.x.kraft'],
        ServerProperties: bytes('auto.create.topics.enable = true\n'),
      }),
    )
    const Arn = created.Arn ?? ''
    await client.send(new DescribeConfigurationCommand({ Arn }))
    await client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 1 }))
    const ClusterArn = await createCluster({ ConfigurationInfo: { Arn, Revision: 1 } })
    const { ClusterInfo } = await client.send(new DescribeClusterV2Command({ ClusterArn }))
    expect(ClusterInfo?.State).toBe('ACTIVE')

    let { CurrentVersion } = await info(ClusterArn)
    const count = await client.send(
      new UpdateBrokerCountCommand({ ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes: 6 }),
    )
    CurrentVersion = await completed(ClusterArn, count.ClusterOperationArn)
    const revised = await client.send(
      new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('num.partitions=2') }),
    )
    const ConfigurationInfo = { Arn, Revision: revised.LatestRevision?.Revision }
    const configured = await client.send(
      new UpdateClusterConfigurationCommand({ ClusterArn, CurrentVersion, ConfigurationInfo }),
    )
    CurrentVersion = await completed(ClusterArn, configured.ClusterOperationArn)
    const raised = await client.send(
      new UpdateClusterKafkaVersionCommand({
        ClusterArn,
        CurrentVersion,
        TargetKafkaVersion: '4.4.x.kraft',
        ConfigurationInfo,
      }),
    )
    await completed(ClusterArn, raised.ClusterOperationArn)
    expect(await info(ClusterArn)).toMatchObject({
      NumberOfBrokerNodes: 6,
      CurrentBrokerSoftwareInfo: {
        KafkaVersion: '4.4.x.kraft',
        ConfigurationArn: Arn,
        ConfigurationRevision: 2,
      },
    })
    // What did not change is not in the operation.
    expect((await operationOf(raised.ClusterOperationArn)).TargetClusterInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
    })

    await client.send(new DeleteClusterCommand({ ClusterArn }))
    await settled(ClusterArn)
    await expect(client.send(new DescribeClusterV2Command({ ClusterArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
    })
    await client.send(new DeleteConfigurationCommand({ Arn }))
    await expect(client.send(new DescribeConfigurationCommand({ Arn }))).rejects.toMatchObject(
      refused('Configuration ARN does not exist'),
    )
  })
})
