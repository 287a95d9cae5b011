import { GetCompatibleKafkaVersionsCommand, UpdateClusterKafkaVersionCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { embeddedEngine } from '../../../fleet/engines/embedded.ts'
import { provisioned } from '../../testing/test-service.ts'
import { refused, TestClusters } from '../testing/test-clusters.ts'

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

  it('refuses a version that the brokers’ type is not for', async () => {
    clusters = await TestClusters.start({ engine: (effects) => embeddedEngine(effects) })
    const { EncryptionInfo } = provisioned('')
    const create = (ClusterName: string, InstanceType: string) =>
      clusters.create({
        ...{ ClusterName, EncryptionInfo, Tags: {} },
        BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType },
      })
    const compatible = async (ClusterArn: string) =>
      (await clusters.client.send(new GetCompatibleKafkaVersionsCommand({ ClusterArn })))
        .CompatibleKafkaVersions?.[0]?.TargetVersions
    const standard = await create('standard', 'kafka.m5.large')
    expect(await compatible(standard)).toEqual(['4.0.x.kraft', '4.1.x.kraft', '4.4.x.kraft'])
    await expect(updateVersion(standard, '4.2.x.kraft')).rejects.toMatchObject(
      refused(/^Unsupported KafkaVersion \[4\.2\.x\.kraft\]/, 'targetKafkaVersion'),
    )
    const express = await create('express', 'express.m7g.large')
    expect(await compatible(express)).toEqual(['4.2.x.kraft'])
    await expect(updateVersion(express, '4.1.x.kraft')).rejects.toMatchObject(
      refused('Unsupported KafkaVersion [4.1.x.kraft]. Valid values: [4.2.x.kraft]', 'targetKafkaVersion'),
    )
    await clusters.service.fleet.stop()
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
