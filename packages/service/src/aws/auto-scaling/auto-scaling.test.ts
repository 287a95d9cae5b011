import {
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  type PutScalingPolicyCommandInput,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import { CreateClusterCommand, DescribeClusterCommand } from '@aws-sdk/client-kafka'
import { TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { testIdentities } from '../../iam/testing/identities.ts'
import { credentials, provisioned, startTestService, type TestService } from '../testing/test-service.ts'

const GiB = 1024 ** 3
const minutes = 60_000
const hours = 60 * minutes

let clock: TestClock
let service: TestService
let clusterArn: string

beforeEach(async () => {
  clock = new TestClock()
  service = await startTestService({ clock, acceptAnySignature: true })
  const created = await service.client().send(new CreateClusterCommand(provisioned('orders')))
  clusterArn = created.ClusterArn ?? ''
  await eventually(async () => expect((await info()).State).toBe('ACTIVE'))
})

async function eventually(look: () => Promise<void>): Promise<void> {
  const looked = async () => {
    await clock.advance(200)
    await look()
  }
  await vi.waitFor(looked, { timeout: 10_000, interval: 1 })
}

async function info() {
  const { ClusterInfo } = await service.client().send(new DescribeClusterCommand({ ClusterArn: clusterArn }))
  return ClusterInfo ?? {}
}
const volume = async () => (await info()).BrokerNodeGroupInfo?.StorageInfo?.EbsStorageInfo?.VolumeSize

const scaling = () => service.scalingClient()
const resource = () =>
  ({
    ServiceNamespace: 'kafka',
    ResourceId: clusterArn,
    ScalableDimension: 'kafka:broker-storage:VolumeSize',
  }) as const
const register = (more = {}) =>
  scaling().send(
    new RegisterScalableTargetCommand({ ...resource(), MinCapacity: 1, MaxCapacity: 500, ...more }),
  )
const put = (more: Partial<PutScalingPolicyCommandInput> = {}) =>
  scaling().send(
    new PutScalingPolicyCommand({
      ...resource(),
      PolicyName: 'grow',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        PredefinedMetricSpecification: { PredefinedMetricType: 'KafkaBrokerStorageUtilization' },
        DisableScaleIn: true,
      },
      ...more,
    }),
  )
const activities = async () =>
  (await scaling().send(new DescribeScalingActivitiesCommand({ ServiceNamespace: 'kafka' })))
    .ScalingActivities ?? []

/** So much of its volume has each broker, by percent. */
async function fill(...percents: number[]): Promise<void> {
  const bytes = ((await volume()) ?? 0) * GiB
  service.engine.logDirectories = percents.map((percent, at) => ({
    nodeId: at + 1,
    totalBytes: bytes,
    usableBytes: bytes * (1 - percent / 100),
    logs: [],
  }))
}

describe('a scalable target', () => {
  it('is registered, described with its policy, changed and deregistered', async () => {
    const { ScalableTargetARN } = await register()
    expect(ScalableTargetARN).toMatch(
      /^arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target\//,
    )
    await register({ MaxCapacity: 700, MinCapacity: undefined })
    const { ScalableTargets } = await scaling().send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'kafka', ResourceIds: [clusterArn] }),
    )
    expect(ScalableTargets).toMatchObject([
      {
        ...resource(),
        MinCapacity: 1,
        MaxCapacity: 700,
        ScalableTargetARN,
        RoleARN: expect.stringContaining('AWSServiceRole'),
      },
    ])
    const { PolicyARN } = await put()
    const { ScalingPolicies } = await scaling().send(
      new DescribeScalingPoliciesCommand({ ...resource(), PolicyNames: ['grow'] }),
    )
    expect(ScalingPolicies).toMatchObject([
      {
        ...resource(),
        PolicyARN,
        PolicyName: 'grow',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 60,
          PredefinedMetricSpecification: { PredefinedMetricType: 'KafkaBrokerStorageUtilization' },
          DisableScaleIn: true,
        },
      },
    ])
    await scaling().send(new DeleteScalingPolicyCommand({ ...resource(), PolicyName: 'grow' }))
    await scaling().send(new DeregisterScalableTargetCommand(resource()))
    const after = await scaling().send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'kafka' }))
    expect(after.ScalableTargets).toEqual([])
  })

  it('is kept over a restart', async () => {
    await register()
    await put()
    await service.fleet.stop()
    service = await startTestService({ clock, disk: service.disk, acceptAnySignature: true })
    const { ScalingPolicies } = await scaling().send(
      new DescribeScalingPoliciesCommand({ ServiceNamespace: 'kafka' }),
    )
    expect(ScalingPolicies).toHaveLength(1)
  })

  it('is refused where nothing of the kind can be scaled', async () => {
    const named = (name: string, message: RegExp) => ({ name, message: expect.stringMatching(message) })
    await expect(register({ ServiceNamespace: 'ecs' })).rejects.toMatchObject(
      named('ValidationException', /Unsupported service namespace/),
    )
    await expect(register({ ResourceId: `${clusterArn}0` })).rejects.toMatchObject(
      named('ValidationException', /doesn't exist/),
    )
    await expect(register({ MinCapacity: 600 })).rejects.toMatchObject(
      named('ValidationException', /cannot be less than minimum/),
    )
    await expect(register({ MinCapacity: undefined })).rejects.toMatchObject(
      named('ValidationException', /must be specified/),
    )
    await expect(put()).rejects.toMatchObject(named('ObjectNotFoundException', /No scalable target found/))
    await register()
    await expect(put({ PolicyType: 'StepScaling' })).rejects.toMatchObject(
      named('ValidationException', /TargetTrackingScaling alone/),
    )
    const tracking = (
      TargetValue: number,
      PredefinedMetricType: 'KafkaBrokerStorageUtilization' | 'ALBRequestCountPerTarget',
    ) => ({
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue,
        PredefinedMetricSpecification: { PredefinedMetricType },
      },
    })
    await expect(put(tracking(9, 'KafkaBrokerStorageUtilization'))).rejects.toMatchObject(
      named('ValidationException', /between 10 and 80/),
    )
    await expect(put(tracking(50, 'ALBRequestCountPerTarget'))).rejects.toMatchObject(
      named('ValidationException', /KafkaBrokerStorageUtilization alone/),
    )
    await put()
    await expect(put({ PolicyName: 'another' })).rejects.toMatchObject(
      named('ValidationException', /Only one TargetTrackingScaling policy/),
    )
    await expect(
      scaling().send(new DeleteScalingPolicyCommand({ ...resource(), PolicyName: 'another' })),
    ).rejects.toMatchObject(named('ObjectNotFoundException', /No scaling policy found/))
  })

  it('is for whom the policies of its service allow', async () => {
    const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
    const Statement = [{ Effect: 'Allow', Action: 'application-autoscaling:Describe*', Resource: '*' }]
    const policies = [{ Version: '2012-10-17', Statement }]
    const identities = testIdentities({
      ownerKey: credentials,
      keys: [{ ...alice, identity: 'arn:aws:iam::000000000000:user/alice' }],
      table: JSON.stringify({ users: { alice: { policies } } }),
    })
    service = await startTestService({ identities })
    const client = service.scalingClient(alice)
    await expect(
      client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'kafka' })),
    ).resolves.toMatchObject({ ScalableTargets: [] })
    await expect(client.send(new DeregisterScalableTargetCommand(resource()))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })
})

describe('storage auto scaling', () => {
  it('makes volumes larger by a tenth, and at least by 10 GiB, where one broker is above the target', async () => {
    await register()
    await put()
    await fill(20, 59, 10)
    await clock.advance(2 * minutes)
    expect(await volume()).toBe(100)
    expect(await activities()).toEqual([])
    await fill(20, 61, 10)
    await clock.advance(minutes)
    await eventually(async () => expect(await volume()).toBe(110))
    await eventually(async () =>
      expect(await activities()).toMatchObject([
        {
          ...resource(),
          StatusCode: 'Successful',
          Description: 'Setting volume size to 110.',
          Cause: expect.stringContaining('61.0'),
        },
      ]),
    )
  })

  it('does so once in six hours, up to the maximum, and never back', async () => {
    await register({ MaxCapacity: 115 })
    await put()
    await fill(70, 70, 70)
    await clock.advance(minutes)
    await eventually(async () => expect((await info()).State).toBe('ACTIVE'))
    await fill(70, 70, 70)
    await clock.advance(5 * hours)
    expect(await volume()).toBe(110)
    await clock.advance(hours + minutes)
    await eventually(async () => expect(await volume()).toBe(115))
    await eventually(async () => expect((await info()).State).toBe('ACTIVE'))
    await fill(90, 90, 90)
    await clock.advance(7 * hours)
    expect(await volume()).toBe(115)
    await fill(1, 1, 1)
    await clock.advance(7 * hours)
    expect(await volume()).toBe(115)
    expect(await activities()).toHaveLength(2)
  })

  it('rests while it is suspended, and without a policy', async () => {
    await register({ SuspendedState: { DynamicScalingOutSuspended: true } })
    await put()
    await fill(70, 70, 70)
    await clock.advance(10 * minutes)
    await register({ SuspendedState: { DynamicScalingOutSuspended: false } })
    await scaling().send(new DeleteScalingPolicyCommand({ ...resource(), PolicyName: 'grow' }))
    await clock.advance(10 * minutes)
    expect(await volume()).toBe(100)
  })
})
