import {
  CreateVpcConnectionCommand,
  type CreateVpcConnectionCommandInput,
  DeleteClusterCommand,
  DeleteVpcConnectionCommand,
  DescribeVpcConnectionCommand,
  ListClientVpcConnectionsCommand,
  ListTagsForResourceCommand,
  ListVpcConnectionsCommand,
  RebootBrokerCommand,
  RejectClientVpcConnectionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateConnectivityCommand,
} from '@aws-sdk/client-kafka'
import { MemoryDisk } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import { refused, TestClusters, unknownArn } from './testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string
let disk: MemoryDisk

const byScram = { Sasl: { Scram: { Enabled: true } } }
const missing = { name: 'NotFoundException' }

beforeEach(async () => {
  disk = new MemoryDisk()
  clusters = await TestClusters.start({ disk })
  ClusterArn = await clusters.create({
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
    ClientAuthentication: byScram,
  })
})

async function allow(ClientAuthentication: object) {
  const { CurrentVersion } = await clusters.info(ClusterArn)
  const ConnectivityInfo = { VpcConnectivity: { ClientAuthentication } }
  await clusters.client.send(new UpdateConnectivityCommand({ ClusterArn, CurrentVersion, ConnectivityInfo }))
  await clusters.settled(ClusterArn)
}

const request = (change: Partial<CreateVpcConnectionCommandInput> = {}) => ({
  TargetClusterArn: ClusterArn,
  Authentication: 'SASL_SCRAM',
  VpcId: 'vpc-1',
  ClientSubnets: ['subnet-1', 'subnet-2', 'subnet-3'],
  SecurityGroups: ['sg-1'],
  ...change,
})
const create = (change: Partial<CreateVpcConnectionCommandInput> = {}) =>
  clusters.client.send(new CreateVpcConnectionCommand(request(change)))
const describeConnection = (Arn: string | undefined) =>
  clusters.client.send(new DescribeVpcConnectionCommand({ Arn }))
const stateOf = async (arn: string | undefined) => (await describeConnection(arn)).State

describe('VPC connections', () => {
  it('are made, described, listed, kept and deleted', async () => {
    await allow(byScram)
    const created = await create({ Tags: { team: 'a' } })
    const VpcConnectionArn = created.VpcConnectionArn ?? ''
    expect(VpcConnectionArn).toMatch(
      /^arn:aws:kafka:us-east-1:000000000000:vpc-connection\/000000000000\/orders\/[0-9a-f-]{36}-\d+$/,
    )
    const { TargetClusterArn, ...own } = request({ Tags: { team: 'a' } })
    expect(created).toMatchObject({ ...own, State: 'CREATING' })
    const { ClientSubnets: Subnets, ...others } = own
    expect(await describeConnection(VpcConnectionArn)).toMatchObject({
      ...others,
      VpcConnectionArn,
      TargetClusterArn,
      Subnets,
      State: 'AVAILABLE',
    })
    const second = await create()
    const first = await clusters.client.send(new ListVpcConnectionsCommand({ MaxResults: 1 }))
    expect(first.VpcConnections).toMatchObject([{ VpcConnectionArn, State: 'AVAILABLE', VpcId: 'vpc-1' }])
    const rest = await clusters.client.send(new ListVpcConnectionsCommand({ NextToken: first.NextToken }))
    expect(rest.VpcConnections).toMatchObject([{ VpcConnectionArn: second.VpcConnectionArn }])
    const seen = await clusters.client.send(new ListClientVpcConnectionsCommand({ ClusterArn }))
    expect(seen.ClientVpcConnections).toMatchObject([
      { VpcConnectionArn, Authentication: 'SASL_SCRAM', Owner: '000000000000', State: 'AVAILABLE' },
      { VpcConnectionArn: second.VpcConnectionArn },
    ])

    await clusters.service.fleet.stop()
    clusters = await TestClusters.start({ disk })
    expect(await stateOf(VpcConnectionArn)).toBe('AVAILABLE')
    const deleted = await clusters.client.send(new DeleteVpcConnectionCommand({ Arn: VpcConnectionArn }))
    expect(deleted).toMatchObject({ VpcConnectionArn, State: 'DELETING' })
    await expect
      .poll(() => describeConnection(VpcConnectionArn).catch((error) => error))
      .toMatchObject(missing)
  })

  it('have tags', async () => {
    await allow(byScram)
    const { VpcConnectionArn: ResourceArn } = await create({ Tags: { a: '1' } })
    await clusters.client.send(new TagResourceCommand({ ResourceArn, Tags: { b: '2' } }))
    await clusters.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }))
    const { Tags } = await clusters.client.send(new ListTagsForResourceCommand({ ResourceArn }))
    expect(Tags).toEqual({ b: '2' })
  })

  it('are rejected by the cluster’s owner, once', async () => {
    await allow(byScram)
    const { VpcConnectionArn } = await create()
    const reject = (arn = ClusterArn) =>
      clusters.client.send(new RejectClientVpcConnectionCommand({ ClusterArn: arn, VpcConnectionArn }))
    const other = await clusters.create({ ClusterName: 'other' })
    await expect(reject(other)).rejects.toMatchObject(refused(/another cluster/, 'vpcConnectionArn'))
    await reject()
    await expect.poll(() => stateOf(VpcConnectionArn)).toBe('REJECTED')
    await expect(reject()).rejects.toMatchObject(refused(/in REJECTED state/))
  })

  it('go out of use with what their cluster allows, and with their cluster', async () => {
    await allow(byScram)
    const { VpcConnectionArn } = await create()
    expect(await stateOf(VpcConnectionArn)).toBe('AVAILABLE')
    await allow({ Sasl: { Scram: { Enabled: false } } })
    await expect.poll(() => stateOf(VpcConnectionArn)).toBe('INACTIVE')
    await allow(byScram)
    await expect.poll(() => stateOf(VpcConnectionArn)).toBe('AVAILABLE')
    await clusters.client.send(new DeleteClusterCommand({ ClusterArn }))
    await clusters.settled(ClusterArn)
    await expect.poll(() => stateOf(VpcConnectionArn)).toBe('INACTIVE')
  })

  it('are refused where the cluster takes none', async () => {
    await expect(create()).rejects.toMatchObject(refused(/no VPC connectivity/, 'authentication'))
    await allow(byScram)
    await expect(create({ Authentication: 'TLS' })).rejects.toMatchObject(
      refused(/Valid values: \[SASL_SCRAM\]/, 'authentication'),
    )
    await expect(create({ Authentication: 'PLAIN' })).rejects.toMatchObject({
      InvalidParameter: 'authentication',
    })
    await expect(create({ ClientSubnets: ['subnet-1'] })).rejects.toMatchObject(
      refused(/: 3\./, 'clientSubnets'),
    )
    await expect(create({ TargetClusterArn: unknownArn })).rejects.toMatchObject(missing)
    clusters.service.replicating.problem = 'A broker is missing.'
    await clusters.client.send(new RebootBrokerCommand({ ClusterArn, BrokerIds: ['1'] }))
    await expect(create()).rejects.toMatchObject(refused(/in REBOOTING_BROKER state/))
    for (const Arn of ['x', ClusterArn])
      await expect(describeConnection(Arn)).rejects.toMatchObject(
        refused(/not the ARN of a VPC connection/, 'arn'),
      )
  })

  it('that the disk does not take are not there', async () => {
    await allow(byScram)
    disk.failNext('writeFileAtomic', 'ENOSPC')
    await expect(create()).rejects.toMatchObject({ name: 'ServiceUnavailableException' })
    expect((await clusters.client.send(new ListVpcConnectionsCommand({}))).VpcConnections).toEqual([])
  })
})
