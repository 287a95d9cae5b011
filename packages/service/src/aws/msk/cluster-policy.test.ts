import {
  DeleteClusterPolicyCommand,
  DescribeClusterCommand,
  GetClusterPolicyCommand,
  PutClusterPolicyCommand,
} from '@aws-sdk/client-kafka'
import { beforeEach, expect, it } from 'vitest'
import { provisioned, startTestService } from '../testing/test-service.ts'
import { TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters
let ClusterArn: string

beforeEach(async () => {
  clusters = await TestClusters.start()
  ClusterArn = await clusters.createFrom(provisioned('orders'))
})

const document = (Action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action, Resource: ClusterArn }],
  })

const put = (Policy: string, CurrentVersion?: string) =>
  clusters.client.send(new PutClusterPolicyCommand({ ClusterArn, Policy, CurrentVersion }))
const get = () => clusters.client.send(new GetClusterPolicyCommand({ ClusterArn }))

it('is kept as it was given, under a version of its own, until it is deleted', async () => {
  const policy = document('kafka:GetBootstrapBrokers')
  const { ClusterInfo } = await clusters.client.send(new DescribeClusterCommand({ ClusterArn }))
  const { CurrentVersion } = await put(policy)
  expect(CurrentVersion).toMatch(/^K[A-Z0-9]{10,13}$/)
  expect(await get()).toMatchObject({ Policy: policy, CurrentVersion })
  const again = await clusters.client.send(new DescribeClusterCommand({ ClusterArn }))
  expect(again.ClusterInfo?.CurrentVersion).toBe(ClusterInfo?.CurrentVersion)

  const later = document('kafka:*')
  const { CurrentVersion: second } = await put(later, CurrentVersion)
  expect(second).not.toBe(CurrentVersion)
  const { disk } = clusters.service
  const restarted = (await startTestService({ disk })).client()
  expect(await restarted.send(new GetClusterPolicyCommand({ ClusterArn }))).toMatchObject({ Policy: later })

  await clusters.client.send(new DeleteClusterPolicyCommand({ ClusterArn }))
  await expect(get()).rejects.toMatchObject({ name: 'NotFoundException' })
  await expect(clusters.client.send(new DeleteClusterPolicyCommand({ ClusterArn }))).rejects.toMatchObject({
    name: 'NotFoundException',
  })
  await put(policy)
})

it('is changed by whoever names its version', async () => {
  const { CurrentVersion } = await put(document('kafka:*'))
  await expect(put(document('kafka:Get*'))).rejects.toMatchObject({
    name: 'BadRequestException',
    message: 'Current cluster policy version needed for Update',
  })
  await put(document('kafka:Get*'), CurrentVersion)
  await expect(put(document('kafka:*'), CurrentVersion)).rejects.toMatchObject({
    name: 'BadRequestException',
    InvalidParameter: 'currentVersion',
  })
})

it('has to be understood', async () => {
  await expect(put('{')).rejects.toMatchObject({ name: 'BadRequestException', InvalidParameter: 'policy' })
  await expect(put(document('kafka:*').replace(/"Principal":{[^}]*},/, ''))).rejects.toMatchObject({
    message: 'Missing required field Principal',
  })
})
