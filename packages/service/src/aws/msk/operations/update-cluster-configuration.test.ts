import {
  DeleteConfigurationCommand,
  UpdateClusterConfigurationCommand,
  UpdateConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytes, refused, TestClusters, unknownArn } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('UpdateClusterConfiguration', () => {
  const updateConfiguration = async (ClusterArn: string, Arn: string, Revision = 1) => {
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, ConfigurationInfo: { Arn, Revision } }
    return clusters.client.send(new UpdateClusterConfigurationCommand(input))
  }

  it('rolls the brokers with the revision; later revisions do not touch them', async () => {
    const ClusterArn = await clusters.create()
    const Arn = await clusters.createConfiguration('num.partitions=9')
    const { ClusterOperationArn } = await updateConfiguration(ClusterArn, Arn)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.log.filter((line) => line.startsWith('start broker'))).toHaveLength(3)
    expect(clusters.service.replicating.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '9' })
    expect((await clusters.info(ClusterArn)).CurrentBrokerSoftwareInfo).toMatchObject({
      ConfigurationArn: Arn,
      ConfigurationRevision: 1,
    })
    const operation = await clusters.operation(ClusterOperationArn)
    expect(operation).toMatchObject({
      OperationType: 'UPDATE_CLUSTER_CONFIGURATION',
      OperationState: 'UPDATE_COMPLETE',
      SourceClusterInfo: {},
      TargetClusterInfo: { ConfigurationInfo: { Arn, Revision: 1 } },
    })
    clusters.service.replicating.log.splice(0)
    await clusters.client.send(
      new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('num.partitions=10') }),
    )
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.log).toEqual([])
    const second = await updateConfiguration(ClusterArn, Arn, 2)
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '10' })
    expect((await clusters.operation(second.ClusterOperationArn)).SourceClusterInfo).toEqual({
      ConfigurationInfo: { Arn, Revision: 1 },
    })
  })

  it('refuses the revision that is there already', async () => {
    const Arn = await clusters.createConfiguration('num.partitions=9')
    const ClusterArn = await clusters.create({ ConfigurationInfo: { Arn, Revision: 1 } })
    await expect(updateConfiguration(ClusterArn, Arn)).rejects.toMatchObject(
      refused(/does not include any updates to the configuration/),
    )
  })

  it('refuses ARNs of nothing, missing revisions, and configurations for other versions', async () => {
    const ClusterArn = await clusters.create()
    for (const arn of [unknownArn.replace(':cluster/', ':configuration/'), '', 'x'])
      await expect(updateConfiguration(ClusterArn, arn)).rejects.toMatchObject(
        refused('Invalid Configuration ARN.', 'arn'),
      )
    const Arn = await clusters.createConfiguration('', { KafkaVersions: ['2.8.1'] })
    await expect(updateConfiguration(ClusterArn, Arn, 2)).rejects.toMatchObject(refused(/no revision 2/))
    await expect(updateConfiguration(ClusterArn, Arn)).rejects.toMatchObject(
      refused(/not for 3\.9\.x\.kraft/),
    )
  })

  it('refuses properties that the engine does not take in this version', async () => {
    const Arn = await clusters.createConfiguration('compression.type=zstd')
    await expect(updateConfiguration(await clusters.create(), Arn)).rejects.toMatchObject(
      refused(/^Broker properties are not valid: compression\.type is not a broker property/),
    )
  })

  it('holds the configuration while it is under way', async () => {
    const first = await clusters.createConfiguration('num.partitions=1')
    const second = await clusters.createConfiguration('num.partitions=2')
    const ClusterArn = await clusters.create({ ConfigurationInfo: { Arn: first, Revision: 1 } })
    const release = clusters.holdBrokers()
    await updateConfiguration(ClusterArn, second)
    for (const Arn of [first, second])
      await expect(clusters.client.send(new DeleteConfigurationCommand({ Arn }))).rejects.toMatchObject(
        refused(/^Configuration is in use/),
      )
    release()
    await clusters.settled(ClusterArn)
    await clusters.client.send(new DeleteConfigurationCommand({ Arn: first }))
  })
})
