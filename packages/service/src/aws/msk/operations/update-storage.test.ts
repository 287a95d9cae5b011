import { UpdateBrokerStorageCommand, UpdateStorageCommand } from '@aws-sdk/client-kafka'
import { TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string

beforeEach(async () => {
  clusters = await TestClusters.start()
  ClusterArn = await clusters.create()
})

const hours = 3_600_000

async function updateBrokers(change: object, KafkaBrokerNodeId = 'All') {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  const TargetBrokerEBSVolumeInfo = [{ KafkaBrokerNodeId, ...change }]
  return clusters.client.send(
    new UpdateBrokerStorageCommand({ ClusterArn, CurrentVersion, TargetBrokerEBSVolumeInfo }),
  )
}

async function update(change: object) {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  return clusters.client.send(new UpdateStorageCommand({ ClusterArn, CurrentVersion, ...change }))
}

const storage = async () => (await clusters.info(ClusterArn)).BrokerNodeGroupInfo?.StorageInfo?.EbsStorageInfo

describe.each([
  ['UpdateBrokerStorage', 'UPDATE_BROKER_STORAGE', updateBrokers],
  ['UpdateStorage', 'UPDATE_STORAGE', update],
] as const)('%s', (_, OperationType, call) => {
  it('makes the volumes of brokers larger while they run', async () => {
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const { ClusterOperationArn } = await call({ VolumeSizeGB: 250 })
    await clusters.settled(ClusterArn)
    expect(await storage()).toEqual({ VolumeSize: 250, ProvisionedThroughput: { Enabled: false } })
    expect((await clusters.info(ClusterArn)).CurrentVersion).not.toBe(CurrentVersion)
    const volumes = (VolumeSizeGB: number) => ({
      BrokerEBSVolumeInfo: [
        { KafkaBrokerNodeId: 'ALL', VolumeSizeGB, ProvisionedThroughput: { Enabled: false } },
      ],
    })
    const operation = await clusters.operation(ClusterOperationArn)
    expect(operation).toMatchObject({ OperationType, OperationState: 'UPDATE_COMPLETE' })
    expect(operation.SourceClusterInfo).toEqual(volumes(100))
    expect(operation.TargetClusterInfo).toEqual(volumes(250))
    expect(clusters.service.replicating.log).toEqual([])
    expect(clusters.service.replicating.volumes).toEqual([100, 250].map((GiB) => GiB * 1024 ** 3))
  })

  it('only lets them grow, by 100 GiB at least, and up to 16 TiB', async () => {
    await expect(call({ VolumeSizeGB: 99 })).rejects.toMatchObject(
      refused('The storage of brokers can only be increased.', 'volumeSizeGB'),
    )
    await expect(call({ VolumeSizeGB: 199 })).rejects.toMatchObject(
      refused('The minimum increase in storage size of the cluster should be atleast 100GB'),
    )
    await expect(call({ VolumeSizeGB: 16_385 })).rejects.toMatchObject({ InvalidParameter: 'volumeSizeGB' })
    for (const change of [{}, { VolumeSizeGB: 100 }, { ProvisionedThroughput: { Enabled: false } }])
      await expect(call(change)).rejects.toMatchObject(refused(/does not include any updates to the storage/))
  })

  it('has throughput provisioned where the brokers’ size has it', async () => {
    const ProvisionedThroughput = { Enabled: true, VolumeThroughput: 300 }
    await expect(call({ ProvisionedThroughput })).rejects.toMatchObject(
      refused(/needs brokers of size 4xlarge/, 'provisionedThroughput'),
    )
    const BrokerNodeGroupInfo = { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m5.4xlarge' }
    ClusterArn = await clusters.create({ ClusterName: 'large', BrokerNodeGroupInfo })
    for (const VolumeThroughput of [249, 594, undefined])
      await expect(
        call({ ProvisionedThroughput: { Enabled: true, VolumeThroughput } }),
      ).rejects.toMatchObject(refused(/between 250 and 593 MiB/, 'volumeThroughput'))
    await call({ ProvisionedThroughput })
    await clusters.settled(ClusterArn)
    expect(await storage()).toEqual({ VolumeSize: 100, ProvisionedThroughput })
    // Larger volumes at once: no growth came before.
    await call({ VolumeSizeGB: 300, ProvisionedThroughput: { Enabled: false } })
    await clusters.settled(ClusterArn)
    expect(await storage()).toEqual({ VolumeSize: 300, ProvisionedThroughput: { Enabled: false } })
  })

  it('lets them grow again when six hours are over', async () => {
    const clock = new TestClock()
    clusters = await TestClusters.start({ clock, acceptAnySignature: true })
    ClusterArn = await clusters.create()
    await call({ VolumeSizeGB: 200 })
    await clusters.settled(ClusterArn)
    await clock.advance(6 * hours - 1)
    await expect(call({ VolumeSizeGB: 300 })).rejects.toMatchObject(
      refused(/once in 6 hours/, 'volumeSizeGB'),
    )
    await clock.advance(1)
    await call({ VolumeSizeGB: 300 })
  })
})

it('UpdateBrokerStorage takes one target, for all brokers', async () => {
  await expect(updateBrokers({ VolumeSizeGB: 300 }, '1')).rejects.toMatchObject(
    refused(/exactly one target/, 'targetBrokerEBSVolumeInfo'),
  )
  await updateBrokers({ VolumeSizeGB: 300 }, 'ALL')
})

it('UpdateStorage leaves tiered storage to a later release', async () => {
  await expect(update({ StorageMode: 'TIERED' })).rejects.toMatchObject({ name: 'NotImplementedException' })
  await expect(update({ StorageMode: 'LOCAL' })).rejects.toMatchObject(refused(/does not include/))
})
