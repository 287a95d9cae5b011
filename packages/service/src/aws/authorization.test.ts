import {
  CreateClusterCommand,
  CreateReplicatorCommand,
  DescribeClusterCommand,
  DescribeReplicatorCommand,
  GetBootstrapBrokersCommand,
  ListClustersCommand,
  ListTopicsCommand,
  PutClusterPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kafka'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager'
import { lineLogger } from '@sluice/effects'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Identities } from '../iam/identities.ts'
import { testIdentities } from '../iam/testing/identities.ts'
import type { AuditEntry } from './audit.ts'
import { TestClusters } from './msk/testing/test-clusters.ts'
import { credentials, provisioned } from './testing/test-service.ts'

const account = '000000000000'
const alice = { accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }
const eve = { accessKeyId: 'AKIAEVE', secretAccessKey: 'secret-of-eve' }
const aliceArn = `arn:aws:iam::${account}:user/alice`
const eveArn = 'arn:aws:iam::111122223333:user/eve'
const keys = [
  { ...alice, identity: aliceArn },
  { ...eve, identity: eveArn },
]

const audited: AuditEntry[] = []
const lines: string[] = []
let identities: Identities
let clusters: TestClusters
let ClusterArn: string

/** What alice, and eve of another account, may do from now on. */
function allow(...Statement: object[]): void {
  const policies = [{ Version: '2012-10-17', Statement }]
  const table = JSON.stringify({ users: { alice: { policies }, [eveArn]: { policies } } })
  identities.replace({ ...identities.snapshot, table })
}

const statement = (Action: string | string[], Resource: string | string[] = '*', more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

beforeEach(async () => {
  audited.splice(0)
  lines.splice(0)
  identities = testIdentities({ ownerKey: credentials, keys })
  const logger = lineLogger(
    (line) => lines.push(line),
    'warn',
    () => 0,
  )
  clusters = await TestClusters.start({ identities, logger, audit: (entry) => audited.push(entry) })
  ClusterArn = await clusters.createFrom({ ...provisioned('orders'), Tags: { team: 'blue' } })
})

const by = (owner: typeof alice) => clusters.service.client({ credentials: owner, maxAttempts: 1 })
const describes = () => by(alice).send(new DescribeClusterCommand({ ClusterArn }))
const denied = (
  action: string,
  resource: string,
  who = aliceArn,
  why = /because no identity-based policy allows the/,
) => ({
  name: 'AccessDeniedException',
  message: expect.stringMatching(
    new RegExp(
      `^User: ${who} is not authorized to perform: ${action} on resource: ${resource.replaceAll('*', '\\*')} ${why.source}`,
    ),
  ),
  $metadata: expect.objectContaining({ httpStatusCode: 403 }),
})

describe('a call of the MSK API', () => {
  it('is refused in AWS’s words, whoever may do nothing', async () => {
    await expect(describes()).rejects.toMatchObject(denied('kafka:DescribeCluster', ClusterArn))
    await expect(by(alice).send(new ListClustersCommand({}))).rejects.toMatchObject(
      denied('kafka:ListClusters', '*'),
    )
    await clusters.client.send(new DescribeClusterCommand({ ClusterArn }))
  })

  it('is allowed by the ARN of the cluster', async () => {
    allow(statement('kafka:Describe*', `arn:aws:kafka:*:${account}:cluster/orders/*`))
    await describes()
    await expect(by(alice).send(new GetBootstrapBrokersCommand({ ClusterArn }))).rejects.toThrow(
      /not authorized/,
    )
  })

  it('is allowed by the tags of the cluster as they are now', async () => {
    allow(statement('kafka:*', '*', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } } }))
    await expect(describes()).rejects.toThrow(/not authorized/)
    await clusters.client.send(new TagResourceCommand({ ResourceArn: ClusterArn, Tags: { team: 'red' } }))
    await describes()
  })

  it('is allowed by the tags of whatever has some', async () => {
    allow(statement('kafka:*', '*', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } } }))
    const other = await clusters.createFrom(provisioned('bills'))
    const { ReplicatorArn } = await clusters.client.send(
      new CreateReplicatorCommand({
        ReplicatorName: 'copy',
        ServiceExecutionRoleArn: `arn:aws:iam::${account}:role/copy`,
        KafkaClusters: [ClusterArn, other].map((MskClusterArn) => ({ AmazonMskCluster: { MskClusterArn } })),
        ReplicationInfoList: [
          {
            ...{ SourceKafkaClusterArn: ClusterArn, TargetKafkaClusterArn: other },
            TargetCompressionType: 'NONE',
            TopicReplication: { TopicsToReplicate: ['.*'] },
            ConsumerGroupReplication: { ConsumerGroupsToReplicate: ['.*'] },
          },
        ],
      }),
    )
    const describe = () => by(alice).send(new DescribeReplicatorCommand({ ReplicatorArn }))
    await expect(describe()).rejects.toThrow(/not authorized to perform: kafka:DescribeReplicator/)
    const Tags = { team: 'red' }
    await clusters.client.send(new TagResourceCommand({ ResourceArn: ReplicatorArn, Tags }))
    await describe()
  })

  it('is allowed by the tags that it brings', async () => {
    allow(
      statement('kafka:CreateCluster', '*', {
        Condition: {
          StringEquals: { 'aws:RequestTag/team': 'blue' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
        },
      }),
    )
    const create = (Tags: Record<string, string>) =>
      by(alice).send(new CreateClusterCommand({ ...provisioned('bills'), Tags }))
    await expect(create({ team: 'red' })).rejects.toThrow(/not authorized to perform: kafka:CreateCluster/)
    await expect(create({ team: 'blue', cost: '1' })).rejects.toThrow(/not authorized/)
    await create({ team: 'blue' })
  })

  it('about topics needs what a client of Kafka would need', async () => {
    allow(statement('kafka:*'))
    const list = () => by(alice).send(new ListTopicsCommand({ ClusterArn }))
    await expect(list()).rejects.toMatchObject(denied('kafka-cluster:Connect', ClusterArn))
    allow(statement(['kafka:*', 'kafka-cluster:Connect']))
    const topics = `${ClusterArn.replace(':cluster/', ':topic/')}/*`
    await expect(list()).rejects.toMatchObject(denied('kafka-cluster:DescribeTopic', topics))
  })

  it('from another account needs the cluster’s policy, too', async () => {
    const get = () => by(eve).send(new GetBootstrapBrokersCommand({ ClusterArn }))
    const put = (Principal: object) =>
      clusters.client.send(
        new PutClusterPolicyCommand({
          ClusterArn,
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: { ...statement('kafka:GetBootstrapBrokers', ClusterArn), Principal },
          }),
        }),
      )
    allow(statement('kafka:*'))
    const why = /because no resource-based policy allows the/
    await expect(get()).rejects.toMatchObject(denied('kafka:GetBootstrapBrokers', ClusterArn, eveArn, why))
    await put({ AWS: '111122223333' })
    await get()
    allow(statement('sts:*'))
    await expect(get()).rejects.toThrow(/no identity-based policy allows/)
  })

  it('is judged before its input is looked at closely, and after its signature', async () => {
    const bad = { ...alice, secretAccessKey: 'another' }
    await expect(by(bad).send(new DescribeClusterCommand({ ClusterArn: 'orders' }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    })
    await expect(by(alice).send(new DescribeClusterCommand({ ClusterArn: 'orders' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
  })
})

it('a secret is read by whoever may, by its ARN, whatever name they say', async () => {
  const owner = clusters.service.secretsClient()
  const { ARN = '' } = await owner.send(new CreateSecretCommand({ Name: 'AmazonMSK_a', SecretString: '{}' }))
  const read = (SecretId: string) =>
    clusters.service.secretsClient(alice).send(new GetSecretValueCommand({ SecretId }))
  await expect(read('AmazonMSK_a')).rejects.toMatchObject(denied('secretsmanager:GetSecretValue', ARN))
  allow(statement('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:*:*:secret:AmazonMSK_*`))
  await read('AmazonMSK_a')
  await read(ARN)
  await expect(read('other')).rejects.toThrow(/not authorized .*:secret:other because/)
  // The secret's own policy has a say, too.
  const put = (Effect: string) =>
    owner.send(
      new PutResourcePolicyCommand({
        SecretId: ARN,
        ResourcePolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect,
              Principal: { AWS: aliceArn },
              Action: 'secretsmanager:GetSecretValue',
              Resource: '*',
            },
          ],
        }),
      }),
    )
  await put('Deny')
  await expect(read(ARN)).rejects.toThrow(/with an explicit deny in a resource-based policy/)
  allow(statement('kafka:*'))
  await put('Allow')
  await read(ARN)
})

it('pages of our own are for the account itself', () => {
  const head = { method: 'GET', target: '/', headers: [] }
  const verdict = clusters.service.endpoint.guard(head, {
    bodyBytesMax: 0,
    answer: () => Promise.reject(new Error('asked')),
  })
  expect(verdict).toMatchObject({ refusal: { status: 403 } })
})

describe('the audit log', () => {
  it('tells of every call who, what, by whose leave, and nothing secret', async () => {
    allow(statement('kafka:DescribeCluster', '*', { Sid: 'Look' }))
    audited.splice(0)
    await describes()
    await by(alice)
      .send(new ListClustersCommand({}))
      .catch(() => {})
    await by({ ...alice, accessKeyId: 'AKIANOBODY' })
      .send(new ListClustersCommand({}))
      .catch(() => {})
    expect(audited).toMatchObject([
      {
        eventSource: 'kafka.amazonaws.com',
        eventName: 'DescribeCluster',
        userIdentity: { type: 'User', arn: aliceArn, accountId: account, accessKeyId: 'AKIAALICE' },
        resource: ClusterArn,
        decision: 'allow',
        decidedBy: { policy: 'users.alice.policies[0]', statement: 'Look' },
        errorCode: null,
      },
      {
        eventName: 'ListClusters',
        resource: '*',
        decision: 'deny',
        decidedBy: null,
        errorCode: 'AccessDeniedException',
      },
      { eventName: null, userIdentity: null, decision: null, errorCode: 'UnrecognizedClientException' },
    ])
    expect(JSON.stringify(audited)).not.toContain(alice.secretAccessKey)
  })
})

it('the log proposes the smallest policy that would allow what was refused, once', async () => {
  for (let n = 0; n < 3; n++) await describes().catch(() => {})
  const told = lines.filter((line) => line.includes('not authorized to perform: kafka:DescribeCluster'))
  expect(told).toHaveLength(1)
  expect(told[0]).toContain(`"Action":"kafka:DescribeCluster","Resource":"${ClusterArn}"`)
})
