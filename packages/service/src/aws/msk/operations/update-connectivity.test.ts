import {
  type ClientAuthentication,
  UpdateClusterConfigurationCommand,
  UpdateConnectivityCommand,
  type UpdateConnectivityRequest,
  UpdateRebalancingCommand,
  UpdateSecurityCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters } from '../testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

async function update(
  ClusterArn: string,
  change: Omit<UpdateConnectivityRequest, 'ClusterArn' | 'CurrentVersion'>,
) {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  return clusters.client.send(new UpdateConnectivityCommand({ ClusterArn, CurrentVersion, ...change }))
}

let clustersMade = 0

const create = (ClientAuthentication: object | undefined, change: object = {}) =>
  clusters.create({
    ClusterName: `orders-${clustersMade++}`,
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
    ClientAuthentication,
    ...change,
  })

const byScram = { Sasl: { Scram: { Enabled: true } } }
const publicAccess = { ConnectivityInfo: { PublicAccess: { Type: 'SERVICE_PROVIDED_EIPS' } } }
const vpc = (ClientAuthentication: object) => ({
  ConnectivityInfo: { VpcConnectivity: { ClientAuthentication } },
})

describe('UpdateConnectivity', () => {
  it('describes public access and VPC connectivity, and tells that they have no listeners', async () => {
    clusters.service.replicating.clientListeners.add('CLIENT_IAM')
    const byIam = { Sasl: { Iam: { Enabled: true } } }
    const ClusterArn = await create(byIam)
    await update(ClusterArn, publicAccess)
    await clusters.settled(ClusterArn)
    const { ClusterOperationArn } = await update(ClusterArn, vpc(byIam))
    await clusters.settled(ClusterArn)
    const both = { ...publicAccess.ConnectivityInfo, ...vpc(byIam).ConnectivityInfo, NetworkType: 'IPV4' }
    expect(await clusters.info(ClusterArn)).toMatchObject({
      BrokerNodeGroupInfo: { ConnectivityInfo: both },
      StateInfo: {
        Message: expect.stringMatching(/Public access is described.*VPC connectivity is described/),
      },
    })
    const operation = await clusters.operation(ClusterOperationArn)
    expect(operation).toMatchObject({
      OperationType: 'UPDATE_CONNECTIVITY',
      OperationState: 'UPDATE_COMPLETE',
    })
    expect(operation.TargetClusterInfo).toEqual({ ConnectivityInfo: both })
    expect(clusters.service.replicating.log).toEqual([])

    await update(ClusterArn, { ConnectivityInfo: { PublicAccess: { Type: 'DISABLED' } } })
    await clusters.settled(ClusterArn)
    expect((await clusters.info(ClusterArn)).StateInfo?.Message).not.toMatch(/Public access/)
  })

  it('gives public access to no cluster that anybody could use then', async () => {
    const parameter = 'publicAccess'
    const refusals: [ClusterArn: string, why: RegExp][] = [
      [await create(undefined), /clients that authenticate/],
      [await create({ ...byScram, Unauthenticated: { Enabled: true } }), /unauthenticated access/],
      [await create(byScram), /allow\.everyone\.if\.no\.acl\.found=false/],
      [
        await create(
          { Tls: { Enabled: true } },
          { EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' } } },
        ),
        /encryption TLS/,
      ],
    ]
    for (const [arn, why] of refusals)
      await expect(update(arn, publicAccess)).rejects.toMatchObject(refused(why, parameter))
  })

  it('lets nobody in from other VPCs who could not authenticate', async () => {
    const arn = await create(byScram)
    await expect(update(arn, vpc({ Tls: { Enabled: true } }))).rejects.toMatchObject(
      refused(/by TLS needs a cluster whose clients authenticate by it/, 'vpcConnectivity'),
    )
    const small = { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.t3.small' }
    const onSmall = await create(byScram, { BrokerNodeGroupInfo: small })
    await expect(update(onSmall, vpc(byScram))).rejects.toMatchObject(refused(/t3\.small/))
  })

  it('stays possible, whatever else is updated', async () => {
    clusters.service.replicating.clientListeners.add('CLIENT_IAM')
    const both = { Sasl: { Scram: { Enabled: true }, Iam: { Enabled: true } } }
    const closed = await clusters.createConfiguration('allow.everyone.if.no.acl.found=false')
    const open = await clusters.createConfiguration('allow.everyone.if.no.acl.found=true')
    const ClusterArn = await create(both, { ConfigurationInfo: { Arn: closed, Revision: 1 } })
    for (const change of [publicAccess, vpc(byScram)]) {
      await update(ClusterArn, change)
      await clusters.settled(ClusterArn)
    }
    const { CurrentVersion } = await clusters.info(ClusterArn)
    const secure = (ClientAuthentication: ClientAuthentication) =>
      clusters.client.send(new UpdateSecurityCommand({ ClusterArn, CurrentVersion, ClientAuthentication }))
    await expect(secure({ Unauthenticated: { Enabled: true } })).rejects.toMatchObject(
      refused(/does not go with unauthenticated access/, 'publicAccess'),
    )
    await expect(secure({ Sasl: { Scram: { Enabled: false } } })).rejects.toMatchObject(
      refused(/by SASL_SCRAM needs a cluster whose clients authenticate by it/, 'vpcConnectivity'),
    )
    const ConfigurationInfo = { Arn: open, Revision: 1 }
    await expect(
      clusters.client.send(
        new UpdateClusterConfigurationCommand({ ClusterArn, CurrentVersion, ConfigurationInfo }),
      ),
    ).rejects.toMatchObject(refused(/allow\.everyone\.if\.no\.acl\.found=false/, 'publicAccess'))
  })

  it('refuses a ZooKeeper that is not there, the network type DUAL, and what changes nothing', async () => {
    const arn = await create(byScram)
    await expect(update(arn, { ZookeeperAccess: { Enabled: false } })).rejects.toMatchObject(
      refused(/no Apache ZooKeeper/, 'zookeeperAccess'),
    )
    const zookeeper = await create(byScram, { KafkaVersion: '3.9.x' })
    await expect(update(zookeeper, { ZookeeperAccess: { Enabled: false } })).rejects.toMatchObject({
      name: 'NotImplementedException',
    })
    await expect(update(arn, { ConnectivityInfo: { NetworkType: 'DUAL' } })).rejects.toMatchObject({
      name: 'NotImplementedException',
    })
    for (const change of [{}, { ConnectivityInfo: { PublicAccess: { Type: 'DISABLED' } } }])
      await expect(update(arn, change)).rejects.toMatchObject(refused(/does not include any updates/))
  })
})

it('UpdateRebalancing is for Express brokers, once state and version are right', async () => {
  const ClusterArn = await clusters.create()
  const { CurrentVersion } = await clusters.info(ClusterArn)
  const update = (version: string) =>
    clusters.client.send(
      new UpdateRebalancingCommand({
        ClusterArn,
        CurrentVersion: version,
        Rebalancing: { Status: 'PAUSED' },
      }),
    )
  await expect(update('K1')).rejects.toMatchObject(refused(/isn’t current/))
  await expect(update(CurrentVersion)).rejects.toMatchObject(refused(/Express/, 'rebalancing'))
})
