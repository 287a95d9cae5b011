import {
  CreateConfigurationCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterOperationCommand,
  KafkaClient,
  UpdateBrokerCountCommand,
  UpdateBrokerStorageCommand,
  UpdateBrokerTypeCommand,
  UpdateClusterConfigurationCommand,
  UpdateMonitoringCommand,
  UpdateSecurityCommand,
} from '@aws-sdk/client-kafka'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KafkaServer } from './index.ts'

// What the MSK API changes of the brokers of a test: they do it, or it is refused before anything says that it was done.

describe('updates of a server with msk: true', { timeout: 60_000 }, () => {
  let kafka: KafkaServer
  let msk: KafkaClient
  let ClusterArn: string

  beforeAll(async () => {
    kafka = await KafkaServer.start({ msk: true, auth: 'scram', topics: { orders: 2 } })
    msk = new KafkaClient({ ...kafka.aws.clientConfig, maxAttempts: 1 })
    ClusterArn = kafka.aws.clusterArn ?? ''
  }, 60_000)
  afterAll(async () => {
    msk?.destroy()
    await kafka?.stop()
  })

  const described = async () => (await msk.send(new DescribeClusterCommand({ ClusterArn }))).ClusterInfo
  const current = async () => ({ ClusterArn, CurrentVersion: (await described())?.CurrentVersion })
  const done = async ({ ClusterOperationArn }: { ClusterOperationArn?: string | undefined }) => {
    const operation = new DescribeClusterOperationCommand({ ClusterOperationArn })
    const state = async () => (await msk.send(operation)).ClusterOperationInfo?.OperationState
    await expect.poll(state, { timeout: 30_000 }).toBe('UPDATE_COMPLETE')
  }

  it('are refused where its brokers would not follow, with what to do instead, and change nothing', async () => {
    const before = await described()
    const { Arn, LatestRevision } = await msk.send(
      new CreateConfigurationCommand({
        Name: 'small',
        ServerProperties: Buffer.from('message.max.bytes=2000'),
      }),
    )
    const ConfigurationInfo = { Arn, Revision: LatestRevision?.Revision }
    const on = await current()
    const ClientAuthentication = { Sasl: { Iam: { Enabled: true } } }
    const Prometheus = { JmxExporter: { EnabledInBroker: true } }
    const refuses = (answer: Promise<unknown>, next: string) =>
      expect(answer).rejects.toMatchObject({
        name: 'NotImplementedException',
        message: expect.stringContaining(next),
        $metadata: { httpStatusCode: 501 },
      })
    await refuses(msk.send(new UpdateSecurityCommand({ ...on, ClientAuthentication })), 'another `auth`')
    await refuses(
      msk.send(new UpdateClusterConfigurationCommand({ ...on, ConfigurationInfo })),
      'its `properties`',
    )
    await refuses(
      msk.send(new UpdateBrokerCountCommand({ ...on, TargetNumberOfBrokerNodes: 4 })),
      'another `brokers`',
    )
    await refuses(
      msk.send(new UpdateMonitoringCommand({ ...on, OpenMonitoring: { Prometheus } })),
      'CreateCluster',
    )
    await refuses(msk.send(new DeleteClusterCommand({ ClusterArn })), 'stop()')
    expect(await described()).toEqual(before)
  })

  it('are those of the description where brokers in memory have nothing to do', async () => {
    await done(
      await msk.send(
        new UpdateBrokerTypeCommand({ ...(await current()), TargetInstanceType: 'kafka.m7g.xlarge' }),
      ),
    )
    const TargetBrokerEBSVolumeInfo = [{ KafkaBrokerNodeId: 'All', VolumeSizeGB: 500 }]
    await done(
      await msk.send(new UpdateBrokerStorageCommand({ ...(await current()), TargetBrokerEBSVolumeInfo })),
    )
    await done(
      await msk.send(new UpdateMonitoringCommand({ ...(await current()), EnhancedMonitoring: 'PER_BROKER' })),
    )
    expect(await described()).toMatchObject({
      BrokerNodeGroupInfo: {
        InstanceType: 'kafka.m7g.xlarge',
        StorageInfo: { EbsStorageInfo: { VolumeSize: 500 } },
      },
      EnhancedMonitoring: 'PER_BROKER',
    })
  })
})
