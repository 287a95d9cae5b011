import {
  CreateClusterCommand,
  DescribeClusterV2Command,
  GetBootstrapBrokersCommand,
  ListClusterOperationsCommand,
  RebootBrokerCommand,
  UpdateBrokerCountCommand,
  UpdateBrokerStorageCommand,
  UpdateBrokerTypeCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
  UpdateConnectivityCommand,
  UpdateMonitoringCommand,
  UpdateStorageCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../testing/test-service.ts'
import { refused, TestClusters, unknownArn } from './testing/test-clusters.ts'

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
    'UpdateBrokerType',
    (ClusterArn, CurrentVersion) =>
      clusters.client.send(
        new UpdateBrokerTypeCommand({ ClusterArn, CurrentVersion, TargetInstanceType: 'kafka.m5.large' }),
      ),
  ],
  [
    'UpdateBrokerStorage',
    (ClusterArn, CurrentVersion) => {
      const TargetBrokerEBSVolumeInfo = [{ KafkaBrokerNodeId: 'All', VolumeSizeGB: 200 }]
      const input = { ClusterArn, CurrentVersion, TargetBrokerEBSVolumeInfo }
      return clusters.client.send(new UpdateBrokerStorageCommand(input))
    },
  ],
  [
    'UpdateStorage',
    (ClusterArn, CurrentVersion) =>
      clusters.client.send(new UpdateStorageCommand({ ClusterArn, CurrentVersion, VolumeSizeGB: 200 })),
  ],
  [
    'UpdateMonitoring',
    (ClusterArn, CurrentVersion) =>
      clusters.client.send(
        new UpdateMonitoringCommand({ ClusterArn, CurrentVersion, EnhancedMonitoring: 'PER_BROKER' }),
      ),
  ],
  [
    'UpdateConnectivity',
    (ClusterArn, CurrentVersion) => {
      const VpcConnectivity = { ClientAuthentication: { Tls: { Enabled: false } } }
      const input = { ClusterArn, CurrentVersion, ConnectivityInfo: { VpcConnectivity } }
      return clusters.client.send(new UpdateConnectivityCommand(input))
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
    // No change of a cluster ends while it is not well.
    clusters.service.replicating.problem = 'A broker is missing.'
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
  it('is taken in hand alone, however many are asked for at once', async () => {
    const arn = await clusters.create()
    const { CurrentVersion } = await clusters.info(arn)
    clusters.service.replicating.problem = 'A broker is missing.'
    const outcomes = await Promise.allSettled(changes.map(([, call]) => call(arn, CurrentVersion)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { ClusterOperationInfoList } = await clusters.client.send(
      new ListClusterOperationsCommand({ ClusterArn: arn }),
    )
    expect(ClusterOperationInfoList).toHaveLength(1)
  })

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
