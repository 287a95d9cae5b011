import { GetBootstrapBrokersCommand, ListNodesCommand } from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { provisioned } from '../../testing/test-service.ts'
import { TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('GetBootstrapBrokers', () => {
  it('names a broker of each zone', async () => {
    const arn = await clusters.createFrom(provisioned('orders'))
    const answer = await clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }))
    expect(answer.BootstrapBrokerString).toBe('127.0.0.1:9092,127.0.0.1:19092,127.0.0.1:29092')
    expect(Object.keys(answer).filter((key) => key !== '$metadata')).toEqual(['BootstrapBrokerString'])
  })

  it('names no more than one of each zone where there are several', async () => {
    const arn = await clusters.createFrom({ ...provisioned('large'), NumberOfBrokerNodes: 9 })
    const nodes = await clusters.client.send(new ListNodesCommand({ ClusterArn: arn }))
    const brokers = nodes.NodeInfoList?.filter(({ NodeType }) => NodeType === 'BROKER')
    expect(brokers).toHaveLength(9)
    const answer = await clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }))
    expect(answer.BootstrapBrokerString).toBe('127.0.0.1:9092,127.0.0.1:19092,127.0.0.1:29092')
  })

  it('names the encrypted listeners apart', async () => {
    const { EncryptionInfo: _left, ...rest } = provisioned('secure')
    const both = { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' } }
    const arn = await clusters.createFrom({ ...rest, EncryptionInfo: both } as never)
    const answer = await clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn }))
    expect(answer).toMatchObject({
      BootstrapBrokerString: '127.0.0.1:9092,127.0.0.1:19092,127.0.0.1:29092',
      BootstrapBrokerStringTls: '127.0.0.1:9094,127.0.0.1:19094,127.0.0.1:29094',
    })
    expect(answer.BootstrapBrokerStringSaslScram).toBeUndefined()
  })

  it('names the one for SCRAM, which is there as soon as it is asked for', async () => {
    const { EncryptionInfo: _left, ...rest } = provisioned('secure')
    const scram = { ClientAuthentication: { Sasl: { Scram: { Enabled: true } } } }
    const arn = await clusters.createFrom({ ...rest, ...scram } as never)
    const { $metadata: _, ...answer } = await clusters.client.send(
      new GetBootstrapBrokersCommand({ ClusterArn: arn }),
    )
    expect(answer).toEqual({
      BootstrapBrokerStringSaslScram: '127.0.0.1:9096,127.0.0.1:19096,127.0.0.1:29096',
    })
  })

  it('is refused with a sentence while none of its listeners is served', async () => {
    const { EncryptionInfo: _left, ...rest } = provisioned('secure')
    const arn = await clusters.createFrom({
      ...rest,
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
    } as never)
    const info = await clusters.info(arn)
    expect(info?.EncryptionInfo?.EncryptionInTransit?.ClientBroker).toBe('TLS')
    expect(info?.State).toBe('ACTIVE')
    const sentence = info?.StateInfo?.Message ?? ''
    expect(sentence).toMatch(/No broker of this cluster can be reached/)
    await expect(
      clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn: arn })),
    ).rejects.toMatchObject({
      name: 'BadRequestException',
      message: sentence,
    })
    expect((await clusters.client.send(new ListNodesCommand({ ClusterArn: arn }))).NodeInfoList).toEqual([])
    expect(clusters.service.engine.running).toBe(0)
  })

  it('is refused while the cluster is being made', async () => {
    const ClusterArn = await clusters.createHeld()
    await expect(clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn }))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: "You can't get bootstrap broker nodes for a cluster in CREATING state.",
    })
  })
})
