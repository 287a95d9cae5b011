import {
  DeleteConfigurationCommand,
  GetCompatibleKafkaVersionsCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
  UpdateConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytes, refused, TestClusters, unknownArn } from './test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('UpdateClusterKafkaVersion', () => {
  const updateVersion = async (ClusterArn: string, TargetKafkaVersion: string, more: object = {}) => {
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const input = { ClusterArn, CurrentVersion, TargetKafkaVersion, ...more }
    return clusters.client.send(new UpdateClusterKafkaVersionCommand(input))
  }

  it('rolls every node, then finalizes, and tells its steps', async () => {
    const ClusterArn = await clusters.create()
    const release = clusters.holdBrokers()
    const { ClusterOperationArn } = await updateVersion(ClusterArn, '4.4.x.kraft')
    const pending = await clusters.operation(ClusterOperationArn)
    expect(pending.OperationSteps?.map(({ StepName }) => StepName)).toEqual([
      'INITIALIZE_UPDATE',
      'UPDATE_APACHE_KAFKA_BINARIES',
      'FINALIZE_UPDATE',
    ])
    expect(['PENDING', 'UPDATE_IN_PROGRESS']).toContain(pending.OperationState)
    expect(pending).not.toHaveProperty('EndTime')
    release()
    await clusters.settled(ClusterArn)
    expect(clusters.service.replicating.log.filter((line) => line.startsWith('start broker'))).toHaveLength(3)
    expect(clusters.service.replicating.log.at(-1)).toBe('finalize 4.4.x.kraft')
    const done = await clusters.operation(ClusterOperationArn)
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
    const ClusterArn = await clusters.create()
    const Arn = await clusters.createConfiguration('num.partitions=9', { KafkaVersions: ['4.4.x.kraft'] })
    const ConfigurationInfo = { Arn, Revision: 1 }
    const { ClusterOperationArn } = await updateVersion(ClusterArn, '4.4.x.kraft', { ConfigurationInfo })
    await clusters.settled(ClusterArn)
    expect((await clusters.info(ClusterArn)).CurrentBrokerSoftwareInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
      ConfigurationArn: Arn,
      ConfigurationRevision: 1,
    })
    expect(clusters.service.replicating.plans.at(-1)?.properties).toMatchObject({ 'num.partitions': '9' })
    expect((await clusters.operation(ClusterOperationArn)).TargetClusterInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
      ConfigurationInfo,
    })
  })

  it('refuses a version below, the same one, and one that nobody has, with the valid ones', async () => {
    const ClusterArn = await clusters.create({ KafkaVersion: '4.1.x.kraft' })
    for (const target of ['3.9.x.kraft', '4.1.x.kraft', '3.9.x', '9.9.x'])
      await expect(updateVersion(ClusterArn, target)).rejects.toMatchObject(
        refused(`Unsupported KafkaVersion [${target}]. Valid values: [4.4.x.kraft]`, 'targetKafkaVersion'),
      )
  })

  it('does not move from ZooKeeper to KRaft yet', async () => {
    const ClusterArn = await clusters.create({ KafkaVersion: '3.9.x' })
    await expect(updateVersion(ClusterArn, '3.9.x.kraft')).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: 'Moving a cluster from ZooKeeper to KRaft is not implemented yet in Sluice.',
    })
  })

  it('refuses where the configuration that stays is for other versions', async () => {
    const Arn = await clusters.createConfiguration('num.partitions=9', { KafkaVersions: ['3.9.x.kraft'] })
    const ConfigurationInfo = { Arn, Revision: 1 }
    const ClusterArn = await clusters.create({ ConfigurationInfo })
    await expect(updateVersion(ClusterArn, '4.4.x.kraft')).rejects.toMatchObject(
      refused(/is for the Kafka versions \[3\.9\.x\.kraft\], not for 4\.4\.x\.kraft/),
    )
  })

  it('is taken back where the brokers do not start with it', async () => {
    const ClusterArn = await clusters.create()
    const before = await clusters.info(ClusterArn)
    clusters.service.replicating.refuses = ({ kafkaVersion }) =>
      kafkaVersion === '4.4.x.kraft' ? new Error('it does not start') : undefined
    const { ClusterOperationArn } = await updateVersion(ClusterArn, '4.4.x.kraft')
    for (;;) {
      await clusters.settled(ClusterArn)
      if ((await clusters.operation(ClusterOperationArn)).EndTime) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await clusters.operation(ClusterOperationArn)).toMatchObject({
      OperationState: 'UPDATE_FAILED',
      ErrorInfo: { ErrorString: expect.stringContaining('it does not start') },
    })
    expect(await clusters.info(ClusterArn)).toMatchObject({
      State: 'ACTIVE',
      CurrentVersion: before.CurrentVersion,
      CurrentBrokerSoftwareInfo: { KafkaVersion: '3.9.x.kraft' },
    })
  })
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

describe('GetCompatibleKafkaVersions', () => {
  it('of a cluster is one entry, by the engine that runs it', async () => {
    const ClusterArn = await clusters.create()
    expect(await clusters.client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn }))).toMatchObject({
      CompatibleKafkaVersions: [
        { SourceVersion: '3.9.x.kraft', TargetVersions: ['4.1.x.kraft', '4.4.x.kraft'] },
      ],
    })
  })

  it('of none are all pairs', async () => {
    const { CompatibleKafkaVersions = [] } = await clusters.client.send(
      new GetCompatibleKafkaVersionsCommand({}),
    )
    expect(CompatibleKafkaVersions.map(({ SourceVersion }) => SourceVersion)).toEqual(
      clusters.service.engine.kafkaVersions.map(({ version }) => version),
    )
    expect(CompatibleKafkaVersions.at(-1)).toEqual({ SourceVersion: '4.4.x.kraft', TargetVersions: [] })
  })

  it('of an unknown cluster are not found', async () => {
    await expect(
      clusters.client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn: unknownArn })),
    ).rejects.toMatchObject({ name: 'NotFoundException' })
  })
})
