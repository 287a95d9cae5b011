import { CreateClusterCommand, DescribeClusterCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../testing/test-service.ts'
import { bytes, TestClusters, unknownConfigurationArn } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('CreateCluster with a configuration', () => {
  const createCluster = (Arn: string, change: object = {}, Revision = 1) =>
    clusters.client.send(
      new CreateClusterCommand({
        ...provisioned('orders'),
        ConfigurationInfo: { Arn, Revision },
        ...change,
      }),
    )

  it('runs brokers with it, and describes it', async () => {
    const Arn = await clusters.createOurs({ KafkaVersions: ['4.4.x.kraft'] })
    const Tags = { 'sluice:set:num.partitions': '7', 'sluice:set:message.max.bytes': '9000' }
    const { ClusterArn = '' } = await createCluster(Arn, { Tags })
    await clusters.service.fleet.idle(ClusterArn.slice(ClusterArn.lastIndexOf('/') + 1))
    expect(clusters.service.engine.plans[0]?.properties).toMatchObject({
      'num.partitions': '3',
      'message.max.bytes': '9000',
      'num.network.threads': '5',
    })
    const { ClusterInfo } = await clusters.client.send(new DescribeClusterCommand({ ClusterArn }))
    expect(ClusterInfo?.CurrentBrokerSoftwareInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
      ConfigurationArn: Arn,
      ConfigurationRevision: 1,
    })
  })

  it('refuses one for other versions, a missing revision, and what its engine cannot run', async () => {
    const other = await clusters.createOurs({ KafkaVersions: ['3.9.x', '2.8.1'] })
    await expect(createCluster(other)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'The configuration is for the Kafka versions [3.9.x, 2.8.1], not for 4.4.x.kraft.',
    })
    await expect(createCluster(other, {}, 2)).rejects.toMatchObject({ InvalidParameter: 'revision' })
    await expect(createCluster(other, {}, 0)).rejects.toMatchObject({ InvalidParameter: 'revision' })
    const unknown = await clusters.createOurs({
      Name: 'unknown',
      ServerProperties: bytes('socket.request.max.bytes=9'),
    })
    await expect(createCluster(unknown)).rejects.toMatchObject({
      InvalidParameter: 'configurationInfo',
      message: expect.stringMatching(/^Broker properties are not valid: socket\.request\.max\.bytes/),
    })
  })

  it('refuses the ARN of nothing', async () => {
    for (const Arn of [unknownConfigurationArn, '', 'x'])
      await expect(createCluster(Arn)).rejects.toMatchObject({
        name: 'BadRequestException',
        message: 'Invalid Configuration ARN.',
      })
  })
})
