import {
  DescribeClusterCommand,
  GetBootstrapBrokersCommand,
  GetCompatibleKafkaVersionsCommand,
  ListKafkaVersionsCommand,
  UpdateClusterKafkaVersionCommand,
} from '@aws-sdk/client-kafka'
import { Connection } from '@sluice/client'
import { systemClock } from '@sluice/effects'
import { ApiVersions, ConsumerGroupHeartbeat, Fetch, Metadata } from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedEngine } from '../../fleet/engines/embedded.ts'
import { provisioned } from '../testing/test-service.ts'
import { TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeAll(async () => {
  clusters = await TestClusters.start({ engine: (effects) => embeddedEngine(effects) })
}, 60_000)

afterAll(() => clusters.service.fleet.stop())

/** What a listener of the first broker says that it serves. */
async function served(port: number) {
  const { network } = clusters.service
  const clock = systemClock()
  const connection = await Connection.open({ network, clock, host: '127.0.0.1', port })
  try {
    const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
    const { apiKeys, finalizedFeatures } = await connection.send(ApiVersions, 3, software)
    const max = (api: { apiKey: number }) => apiKeys.find(({ apiKey }) => apiKey === api.apiKey)?.maxVersion
    return {
      apiVersions: max(ApiVersions),
      fetch: max(Fetch),
      metadata: max(Metadata),
      group: max(ConsumerGroupHeartbeat),
      features: finalizedFeatures?.map(({ name, maxVersionLevel }) => `${name} ${maxVersionLevel}`) ?? [],
    }
  } finally {
    await connection.close()
  }
}

async function clientPort(ClusterArn: string): Promise<number> {
  const { BootstrapBrokerString = '' } = await clusters.client.send(
    new GetBootstrapBrokersCommand({ ClusterArn }),
  )
  return Number(/:(\d+)/.exec(BootstrapBrokerString)?.[1])
}

const ours = { apiVersions: 5, fetch: 18, metadata: 13 }

describe('clients of a cluster', () => {
  it('of a version with ZooKeeper meet that release, and the cluster says what it has not', async () => {
    const ClusterArn = await clusters.createFrom({
      ...provisioned('old'),
      KafkaVersion: '3.6.0',
    })
    expect(await served(await clientPort(ClusterArn))).toEqual({
      apiVersions: 3,
      fetch: 15,
      metadata: 12,
      group: undefined,
      features: [],
    })
    const { ClusterInfo } = await clusters.client.send(new DescribeClusterCommand({ ClusterArn }))
    expect(ClusterInfo?.StateInfo?.Message).toMatch(/^MSK runs Kafka 3\.6\.0 with Apache ZooKeeper/)
    expect(ClusterInfo?.ZookeeperConnectString).toBeUndefined()
  })

  it('meet the release that the cluster is moved to', async () => {
    const ClusterArn = await clusters.createFrom({ ...provisioned('moved'), KafkaVersion: '3.9.x.kraft' })
    expect(await served(await clientPort(ClusterArn))).toMatchObject({
      apiVersions: 4,
      fetch: 17,
      metadata: 12,
      group: undefined,
      features: ['metadata.version 21'],
    })
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const TargetKafkaVersion = '4.4.x.kraft'
    await clusters.client.send(
      new UpdateClusterKafkaVersionCommand({ ClusterArn, CurrentVersion, TargetKafkaVersion }),
    )
    await expect.poll(async () => (await clusters.info(ClusterArn)).State, { timeout: 60_000 }).toBe('ACTIVE')
    expect(await served(await clientPort(ClusterArn))).toMatchObject(ours)
  }, 120_000)
})

describe('the embedded engine', () => {
  it('has every version of MSK’s list from 2.8.1 on, and its own', async () => {
    const { KafkaVersions = [] } = await clusters.client.send(new ListKafkaVersionsCommand({}))
    const names = KafkaVersions.map(({ Version }) => Version)
    expect([names[0], names.at(-1)]).toEqual(['2.8.1', '4.4.x.kraft'])
    expect(names).toContain('3.8.x.kraft')
    expect(KafkaVersions.find(({ Version }) => Version === '3.6.0')?.Status).toBe('DEPRECATED')
    expect(KafkaVersions.find(({ Version }) => Version === '3.9.x')?.Status).toBe('ACTIVE')
  })

  it('makes a cluster of each of them', async () => {
    const { KafkaVersions = [] } = await clusters.client.send(new ListKafkaVersionsCommand({}))
    for (const { Version = '' } of KafkaVersions) {
      const isExpress = Version.startsWith('4.2')
      const ClusterArn = await clusters.createFrom({
        ...provisioned(`of-${Version.replaceAll('.', '-')}`),
        KafkaVersion: Version,
        BrokerNodeGroupInfo: {
          ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
          InstanceType: isExpress ? 'express.m7g.large' : 'kafka.m5.large',
        },
      })
      expect([Version, (await clusters.info(ClusterArn)).State]).toEqual([Version, 'ACTIVE'])
      expect((await served(await clientPort(ClusterArn))).fetch).toBeGreaterThan(11)
      const record = clusters.service.fleet.clusters.byArn(ClusterArn)
      if (record) clusters.service.fleet.clusters.delete(record, undefined)
      await clusters.settled(ClusterArn)
    }
  }, 240_000)

  it('moves clusters as MSK does: from ZooKeeper to KRaft within 3.9 alone', async () => {
    const { CompatibleKafkaVersions = [] } = await clusters.client.send(
      new GetCompatibleKafkaVersionsCommand({}),
    )
    const targets = (source: string) =>
      CompatibleKafkaVersions.find(({ SourceVersion }) => SourceVersion === source)?.TargetVersions
    expect(targets('3.6.0')).toEqual(['3.7.x', '3.8.x', '3.9.x'])
    expect(targets('3.9.x')).toEqual(['3.9.x.kraft'])
    expect(targets('3.9.x.kraft')).toEqual(['4.0.x.kraft', '4.1.x.kraft', '4.2.x.kraft', '4.4.x.kraft'])
  })
})
