import {
  CreateClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  ListClusterOperationsCommand,
  ListNodesCommand,
  RebootBrokerCommand,
  UpdateBrokerCountCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../test-service.ts'
import { refused, TestClusters, unknownArn } from './test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

/** Every call that changes a cluster. */
const changes: [string, (arn: string, version: string) => Promise<unknown>][] = [
  [
    'UpdateBrokerCount',
    (ClusterArn, CurrentVersion) =>
      clusters.client.send(
        new UpdateBrokerCountCommand({ ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes: 6 }),
      ),
  ],
  [
    'UpdateClusterKafkaVersion',
    (ClusterArn, CurrentVersion) =>
      clusters.client.send(
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
      const ConfigurationInfo = { Arn: await clusters.createConfiguration('num.partitions=3'), Revision: 1 }
      const input = { ClusterArn, CurrentVersion, ConfigurationInfo }
      return clusters.client.send(new UpdateClusterConfigurationCommand(input))
    },
  ],
  [
    'RebootBroker',
    (ClusterArn) => clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
  ],
]

describe.each(changes)('%s', (name, call) => {
  it('of a cluster that is not there is not found', async () => {
    await expect(call(unknownArn, 'K1')).rejects.toMatchObject({
      name: 'NotFoundException',
      $metadata: { httpStatusCode: 404 },
    })
    await expect(call('orders', 'K1')).rejects.toMatchObject(
      refused(/not the ARN of a cluster/, 'clusterArn'),
    )
  })

  it('wants the current version, where it takes one', async () => {
    const arn = await clusters.create()
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
    const arn = await clusters.create()
    const { CurrentVersion } = await clusters.info(arn)
    const release = clusters.holdBrokers()
    await clusters.client.send(new RebootBrokerCommand({ ClusterArn: arn, BrokerIds: ['2'] }))
    await expect(call(arn, CurrentVersion)).rejects.toMatchObject(
      refused("You can't update a cluster in REBOOTING_BROKER state."),
    )
    release()
    await clusters.settled(arn)
    await call(arn, (await clusters.info(arn)).CurrentVersion)
  })

  it('is refused while the cluster is being made', async () => {
    clusters.holdBrokers()
    const { ClusterArn = '' } = await clusters.client.send(
      new CreateClusterCommand({ ...provisioned('new'), Tags: { 'sluice:engine': 'apache-kafka' } }),
    )
    await expect(call(ClusterArn, (await clusters.info(ClusterArn)).CurrentVersion)).rejects.toMatchObject(
      refused("You can't update a cluster in CREATING state."),
    )
  })

  it('is on disk before it is answered', async () => {
    const arn = await clusters.create()
    const { CurrentVersion } = await clusters.info(arn)
    clusters.holdBrokers()
    const answer = (await call(arn, CurrentVersion)) as { ClusterArn: string; ClusterOperationArn: string }
    expect(answer.ClusterArn).toBe(arn)
    expect(answer.ClusterOperationArn).toMatch(
      new RegExp(
        `^${arn.replace(':cluster/', ':cluster-operation/')}/[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`,
      ),
    )
    const path = `/data/clusters/${arn.slice(arn.lastIndexOf('/') + 1)}/cluster.json`
    const stored = JSON.parse(clusters.service.disk.readFileSync(path).toString())
    expect(answer.ClusterOperationArn.endsWith(stored.changes[0].uuid)).toBe(true)
    expect(stored.state).toBe(name === 'RebootBroker' ? 'REBOOTING_BROKER' : 'UPDATING')
  })
})

describe('an update', () => {
  it('that the disk does not take is answered with 503 and has not happened', async () => {
    const ClusterArn = await clusters.create()
    const before = await clusters.info(ClusterArn)
    clusters.service.disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(
      clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
    ).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
    expect(await clusters.info(ClusterArn)).toEqual(before)
    expect(
      (await clusters.client.send(new ListClusterOperationsCommand({ ClusterArn }))).ClusterOperationInfoList,
    ).toEqual([])
  })

  it('keeps the brokers reachable, and shows what was until it is done', async () => {
    const ClusterArn = await clusters.create()
    const before = await clusters.info(ClusterArn)
    const release = clusters.holdBrokers()
    const { ClusterOperationArn } = await clusters.client.send(
      new UpdateClusterKafkaVersionCommand({
        ClusterArn,
        CurrentVersion: before.CurrentVersion,
        TargetKafkaVersion: '4.4.x.kraft',
      }),
    )
    expect(await clusters.info(ClusterArn)).toMatchObject({
      State: 'UPDATING',
      ActiveOperationArn: ClusterOperationArn,
      CurrentVersion: before.CurrentVersion,
      CurrentBrokerSoftwareInfo: { KafkaVersion: '3.9.x.kraft' },
    })
    const { ClusterInfo } = await clusters.client.send(new DescribeClusterV2Command({ ClusterArn }))
    expect(ClusterInfo).toMatchObject({ State: 'UPDATING', ActiveOperationArn: ClusterOperationArn })
    const { BootstrapBrokerString } = await clusters.client.send(
      new GetBootstrapBrokersCommand({ ClusterArn }),
    )
    expect(BootstrapBrokerString?.split(',')).toHaveLength(3)
    release()
    await clusters.settled(ClusterArn)
    const after = await clusters.info(ClusterArn)
    expect(after).toMatchObject({
      State: 'ACTIVE',
      CurrentBrokerSoftwareInfo: { KafkaVersion: '4.4.x.kraft' },
    })
    expect(after).not.toHaveProperty('ActiveOperationArn')
    expect(after.CurrentVersion).not.toBe(before.CurrentVersion)
    expect(after.CurrentVersion).toMatch(/^K[A-Z0-9]{10,13}$/)
  })

  it('of a cluster whose engine this service has not is refused by name', async () => {
    const ClusterArn = await clusters.create()
    const uuid = ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1)
    const record = clusters.service.fleet.clusters.byArn(ClusterArn)
    expect(record?.uuid).toBe(uuid)
    if (record) record.engine = 'nowhere' as never
    await expect(
      clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] })),
    ).rejects.toMatchObject(
      refused(/is run by nowhere\. The engines of this service are: embedded, apache-kafka\.$/),
    )
  })
})

describe('RebootBroker', () => {
  it('restarts that broker, and the version of the cluster stays', async () => {
    const ClusterArn = await clusters.create()
    const before = await clusters.info(ClusterArn)
    const { ClusterOperationArn } = await clusters.client.send(
      new RebootBrokerCommand({ ClusterArn, BrokerIds: ['2'] }),
    )
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.log).toEqual(['stop broker 2', 'start broker 2'])
    expect(await clusters.info(ClusterArn)).toEqual(before)
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
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
    const ClusterArn = await clusters.create()
    await expect(
      clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds })),
    ).rejects.toMatchObject(refused(message, 'brokerIds'))
  })
})

describe('UpdateBrokerCount', () => {
  const updateCount = async (ClusterArn: string, TargetNumberOfBrokerNodes: number) => {
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes }
    return clusters.client.send(new UpdateBrokerCountCommand(input))
  }

  it('adds brokers over the zones, and takes one of each zone away', async () => {
    const ClusterArn = await clusters.create()
    const grown = await updateCount(ClusterArn, 6)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.running).toBe(6)
    expect(await clusters.info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6, State: 'ACTIVE' })
    expect(await clusters.operation(grown.ClusterOperationArn)).toMatchObject({
      OperationType: 'INCREASE_BROKER_COUNT',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: { NumberOfBrokerNodes: 3 },
      TargetClusterInfo: {
        NumberOfBrokerNodes: 6,
        BrokerCountUpdateInfo: { CreatedBrokerIds: [4, 5, 6], DeletedBrokerIds: [] },
      },
    })
    const { NodeInfoList = [] } = await clusters.client.send(new ListNodesCommand({ ClusterArn }))
    expect(NodeInfoList.flatMap((node) => node.BrokerNodeInfo?.ClientSubnet ?? [])).toEqual([
      ...['subnet-a', 'subnet-b', 'subnet-c'],
      ...['subnet-a', 'subnet-b', 'subnet-c'],
    ])
    const shrunk = await updateCount(ClusterArn, 3)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.running).toBe(3)
    expect(await clusters.operation(shrunk.ClusterOperationArn)).toMatchObject({
      OperationType: 'DECREASE_BROKER_COUNT',
      OperationState: 'UPDATE_COMPLETE',
      TargetClusterInfo: { BrokerCountUpdateInfo: { CreatedBrokerIds: [], DeletedBrokerIds: [4, 5, 6] } },
    })
  })

  it('fails with a sentence where a broker that leaves holds partitions, and takes itself back', async () => {
    const ClusterArn = await clusters.create({ NumberOfBrokerNodes: 6 })
    clusters.service.replicating.partitions.set(5, 2)
    const { ClusterOperationArn } = await updateCount(ClusterArn, 3)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.running).toBe(6)
    expect(await clusters.info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6, State: 'ACTIVE' })
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
      OperationState: 'UPDATE_FAILED',
      ErrorInfo: { ErrorCode: expect.any(String), ErrorString: expect.stringMatching(/Broker 5 holds 2/) },
    })
  })

  it('creates none where the engine runs one', async () => {
    const ClusterArn = await clusters.create({ Tags: {} })
    const { ClusterOperationArn } = await updateCount(ClusterArn, 6)
    await clusters.settled(ClusterArn)
    expect(clusters.service.engine.running).toBe(1)
    expect(await clusters.info(ClusterArn)).toMatchObject({ NumberOfBrokerNodes: 6 })
    expect((await clusters.operation(ClusterOperationArn)).TargetClusterInfo?.BrokerCountUpdateInfo).toEqual({
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
    await expect(updateCount(await clusters.create(), target)).rejects.toMatchObject(
      refused(message, 'targetNumberOfBrokerNodes'),
    )
  })

  it('refuses more than 30 with ZooKeeper', async () => {
    const ClusterArn = await clusters.create({ KafkaVersion: '3.9.x' })
    await expect(updateCount(ClusterArn, 33)).rejects.toMatchObject(refused(/between 1 and 30/))
  })

  it('refuses to remove two brokers of a zone at once, and small brokers', async () => {
    const ClusterArn = await clusters.create({ NumberOfBrokerNodes: 9 })
    await expect(updateCount(ClusterArn, 3)).rejects.toMatchObject(refused(/next smaller number is 6/))
    const group = { ...provisioned('x').BrokerNodeGroupInfo, InstanceType: 'kafka.t3.small' }
    const small = await clusters.create({
      ClusterName: 'small',
      NumberOfBrokerNodes: 6,
      BrokerNodeGroupInfo: group,
    })
    await expect(updateCount(small, 3)).rejects.toMatchObject(refused(/t3\.small cannot be removed/))
  })
})
