import {
  BatchAssociateScramSecretCommand,
  BatchDisassociateScramSecretCommand,
  CreateConfigurationCommand,
  CreateClusterV2Command,
  DeleteClusterCommand,
  DeleteConfigurationCommand,
  DescribeClusterV2Command,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  GetBootstrapBrokersCommand,
  ListScramSecretsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateBrokerCountCommand,
  UpdateBrokerStorageCommand,
  UpdateBrokerTypeCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
  UpdateConfigurationCommand,
  UpdateConnectivityCommand,
  UpdateMonitoringCommand,
  UpdateSecurityCommand,
} from '@aws-sdk/client-kafka'
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytes, refused, TestClusters } from './testing/test-clusters.ts'

let clusters: TestClusters

beforeEach(async () => {
  clusters = await TestClusters.start()
})

describe('Terraform', () => {
  /** As its provider waits: PENDING and UPDATE_IN_PROGRESS may be, UPDATE_COMPLETE must come. */
  async function completed(ClusterArn: string, ClusterOperationArn: string | undefined): Promise<string> {
    for (;;) {
      const { OperationState = '' } = await clusters.operation(ClusterOperationArn)
      if (OperationState === 'UPDATE_COMPLETE') return (await clusters.info(ClusterArn)).CurrentVersion
      expect(['PENDING', 'UPDATE_IN_PROGRESS']).toContain(OperationState)
      await clusters.settled(ClusterArn)
    }
  }

  it('applies, changes and destroys a cluster with a configuration', async () => {
    const created = await clusters.client.send(
      new CreateConfigurationCommand({
        Name: 'ours',
        KafkaVersions: ['3.9.x.kraft', '4.4.x.kraft'],
        ServerProperties: bytes('auto.create.topics.enable = true\n'),
      }),
    )
    const Arn = created.Arn ?? ''
    await clusters.client.send(new DescribeConfigurationCommand({ Arn }))
    await clusters.client.send(new DescribeConfigurationRevisionCommand({ Arn, Revision: 1 }))
    const ClusterArn = await clusters.create({ ConfigurationInfo: { Arn, Revision: 1 } })
    const { ClusterInfo } = await clusters.client.send(new DescribeClusterV2Command({ ClusterArn }))
    expect(ClusterInfo?.State).toBe('ACTIVE')

    let { CurrentVersion } = await clusters.info(ClusterArn)
    const count = await clusters.client.send(
      new UpdateBrokerCountCommand({ ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes: 6 }),
    )
    CurrentVersion = await completed(ClusterArn, count.ClusterOperationArn)
    const revised = await clusters.client.send(
      new UpdateConfigurationCommand({ Arn, ServerProperties: bytes('num.partitions=2') }),
    )
    const ConfigurationInfo = { Arn, Revision: revised.LatestRevision?.Revision }
    const configured = await clusters.client.send(
      new UpdateClusterConfigurationCommand({ ClusterArn, CurrentVersion, ConfigurationInfo }),
    )
    CurrentVersion = await completed(ClusterArn, configured.ClusterOperationArn)
    const raised = await clusters.client.send(
      new UpdateClusterKafkaVersionCommand({
        ClusterArn,
        CurrentVersion,
        TargetKafkaVersion: '4.4.x.kraft',
        ConfigurationInfo,
      }),
    )
    await completed(ClusterArn, raised.ClusterOperationArn)
    expect(await clusters.info(ClusterArn)).toMatchObject({
      NumberOfBrokerNodes: 6,
      CurrentBrokerSoftwareInfo: {
        KafkaVersion: '4.4.x.kraft',
        ConfigurationArn: Arn,
        ConfigurationRevision: 2,
      },
    })
    // What did not change is not in the operation.
    expect((await clusters.operation(raised.ClusterOperationArn)).TargetClusterInfo).toEqual({
      KafkaVersion: '4.4.x.kraft',
    })

    await clusters.client.send(new DeleteClusterCommand({ ClusterArn }))
    await clusters.settled(ClusterArn)
    await expect(clusters.client.send(new DescribeClusterV2Command({ ClusterArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
    })
    await clusters.client.send(new DeleteConfigurationCommand({ Arn }))
    await expect(clusters.client.send(new DescribeConfigurationCommand({ Arn }))).rejects.toMatchObject(
      refused('Configuration ARN does not exist'),
    )
  })

  it('changes everything in place, one attribute after the other', async () => {
    clusters.service.replicating.clientListeners.add('CLIENT_IAM')
    const byIam = { Sasl: { Iam: { Enabled: true } } }
    const Arn = await clusters.createOurs({ KafkaVersions: ['3.9.x.kraft', '4.4.x.kraft'] })
    const ClusterArn = await clusters.create({
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
      ClientAuthentication: byIam,
      ConfigurationInfo: { Arn, Revision: 1 },
    })
    const ProvisionedThroughput = { Enabled: true, VolumeThroughput: 250 }
    const volume = { KafkaBrokerNodeId: 'All', VolumeSizeGB: 1_000, ProvisionedThroughput }
    const ConnectivityInfo = { VpcConnectivity: { ClientAuthentication: byIam } }
    const ClientAuthentication = { Sasl: { Iam: { Enabled: true }, Scram: { Enabled: true } } }
    const updates: ((CurrentVersion: string) => Promise<{ ClusterOperationArn?: string }>)[] = [
      (CurrentVersion) =>
        clusters.client.send(new UpdateConnectivityCommand({ ClusterArn, CurrentVersion, ConnectivityInfo })),
      (CurrentVersion) =>
        clusters.client.send(
          new UpdateBrokerTypeCommand({ ClusterArn, CurrentVersion, TargetInstanceType: 'kafka.m5.4xlarge' }),
        ),
      (CurrentVersion) =>
        clusters.client.send(
          new UpdateBrokerStorageCommand({ ClusterArn, CurrentVersion, TargetBrokerEBSVolumeInfo: [volume] }),
        ),
      (CurrentVersion) =>
        clusters.client.send(
          new UpdateBrokerCountCommand({ ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes: 6 }),
        ),
      (CurrentVersion) =>
        clusters.client.send(
          new UpdateMonitoringCommand({ ClusterArn, CurrentVersion, EnhancedMonitoring: 'PER_BROKER' }),
        ),
      // The configuration has no call of its own where the version changes too.
      (CurrentVersion) =>
        clusters.client.send(
          new UpdateClusterKafkaVersionCommand({
            ClusterArn,
            CurrentVersion,
            TargetKafkaVersion: '4.4.x.kraft',
            ConfigurationInfo: { Arn, Revision: 2 },
          }),
        ),
      // Without encryptionAtRest and inCluster, which nobody can change.
      (CurrentVersion) =>
        clusters.client.send(
          new UpdateSecurityCommand({
            ClusterArn,
            CurrentVersion,
            ClientAuthentication,
            EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
          }),
        ),
    ]
    const revision = { Arn, ServerProperties: bytes('num.partitions=2') }
    await clusters.client.send(new UpdateConfigurationCommand(revision))
    let { CurrentVersion } = await clusters.info(ClusterArn)
    for (const update of updates)
      CurrentVersion = await completed(ClusterArn, (await update(CurrentVersion)).ClusterOperationArn)

    expect(await clusters.info(ClusterArn)).toMatchObject({
      State: 'ACTIVE',
      NumberOfBrokerNodes: 6,
      EnhancedMonitoring: 'PER_BROKER',
      CurrentBrokerSoftwareInfo: {
        KafkaVersion: '4.4.x.kraft',
        ConfigurationArn: Arn,
        ConfigurationRevision: 2,
      },
      ClientAuthentication,
      BrokerNodeGroupInfo: {
        InstanceType: 'kafka.m5.4xlarge',
        ConnectivityInfo,
        StorageInfo: { EbsStorageInfo: { VolumeSize: 1_000, ProvisionedThroughput } },
      },
    })
    const read = await clusters.client.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    expect(read.BootstrapBrokerStringSaslIam?.split(',')).toHaveLength(3)
  })

  it('opens a new cluster to VPCs, and changes at last who may log in', async () => {
    clusters.service.replicating.clientListeners.add('CLIENT_IAM')
    const byIam = { Sasl: { Iam: { Enabled: true } } }
    const ClusterArn = await clusters.create({
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
      ClientAuthentication: byIam,
    })
    let { CurrentVersion } = await clusters.info(ClusterArn)
    const ConnectivityInfo = { VpcConnectivity: { ClientAuthentication: byIam } }
    const opened = await clusters.client.send(
      new UpdateConnectivityCommand({ ClusterArn, CurrentVersion, ConnectivityInfo }),
    )
    CurrentVersion = await completed(ClusterArn, opened.ClusterOperationArn)
    const resized = await clusters.client.send(
      new UpdateBrokerCountCommand({ ClusterArn, CurrentVersion, TargetNumberOfBrokerNodes: 6 }),
    )
    CurrentVersion = await completed(ClusterArn, resized.ClusterOperationArn)
    // Without encryptionAtRest and inCluster, which nobody can change.
    const secured = await clusters.client.send(
      new UpdateSecurityCommand({
        ClusterArn,
        CurrentVersion,
        ClientAuthentication: { Sasl: { Iam: { Enabled: true }, Scram: { Enabled: true } } },
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
      }),
    )
    await completed(ClusterArn, secured.ClusterOperationArn)
    expect(await clusters.info(ClusterArn)).toMatchObject({
      State: 'ACTIVE',
      NumberOfBrokerNodes: 6,
      ClientAuthentication: { Sasl: { Iam: { Enabled: true }, Scram: { Enabled: true } } },
      BrokerNodeGroupInfo: { ConnectivityInfo },
    })
  })

  it('associates secrets in tens, finds them again and takes them away', async () => {
    const secrets = clusters.service.secretsClient()
    const arns = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const SecretString = JSON.stringify({ username: `user-${at}`, password: 'secret' })
        const request = { Name: `AmazonMSK_user-${at}`, KmsKeyId: 'key', SecretString }
        return (await secrets.send(new CreateSecretCommand(request))).ARN ?? ''
      }),
    )
    const ClusterArn = await clusters.create({
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
      ClientAuthentication: { Sasl: { Scram: { Enabled: true } } },
    })
    const inTens = async (
      Command: typeof BatchAssociateScramSecretCommand | typeof BatchDisassociateScramSecretCommand,
    ) => {
      for (let at = 0; at < arns.length; at += 10) {
        const SecretArnList = arns.slice(at, at + 10)
        const answer = await clusters.client.send(new Command({ ClusterArn, SecretArnList }))
        // Its provider takes any of them for an error.
        expect(answer.UnprocessedScramSecrets).toEqual([])
      }
      const { SecretArnList } = await clusters.client.send(new ListScramSecretsCommand({ ClusterArn }))
      await clusters.settled(ClusterArn)
      return SecretArnList
    }
    expect(await inTens(BatchAssociateScramSecretCommand)).toEqual([...arns].sort())
    expect(clusters.service.replicating.scramUsers.size).toBe(12)
    expect(await inTens(BatchDisassociateScramSecretCommand)).toEqual([])
    expect(clusters.service.replicating.scramUsers.size).toBe(0)
  })

  it('applies, tags and destroys a serverless cluster', async () => {
    clusters.service.engine.clientListeners.add('CLIENT_IAM')
    const { client } = clusters
    const created = await client.send(
      new CreateClusterV2Command({
        ClusterName: 'serverless',
        Serverless: {
          ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
          VpcConfigs: [{ SubnetIds: ['subnet-a', 'subnet-b'], SecurityGroupIds: ['sg-1'] }],
        },
        Tags: { team: 'a' },
      }),
    )
    const ClusterArn = created.ClusterArn ?? ''
    const read = async () => (await client.send(new DescribeClusterV2Command({ ClusterArn }))).ClusterInfo
    for (;;) {
      const { State } = (await read()) ?? {}
      if (State === 'ACTIVE') break
      expect(State).toBe('CREATING')
      await clusters.settled(ClusterArn)
    }
    const info = await read()
    // What the provider flattens into its state, and what a second plan would show as a change.
    expect(info?.Serverless?.ClientAuthentication?.Sasl?.Iam?.Enabled).toBe(true)
    expect(info?.Serverless?.VpcConfigs).toEqual([
      { SubnetIds: ['subnet-a', 'subnet-b'], SecurityGroupIds: ['sg-1'] },
    ])
    expect(info?.Tags).toEqual({ team: 'a' })
    const { BootstrapBrokerStringSaslIam } = await client.send(new GetBootstrapBrokersCommand({ ClusterArn }))
    expect(BootstrapBrokerStringSaslIam).toMatch(/^[-\w.]+:\d+(,[-\w.]+:\d+)*$/)
    await client.send(new UntagResourceCommand({ ResourceArn: ClusterArn, TagKeys: ['team'] }))
    await client.send(new TagResourceCommand({ ResourceArn: ClusterArn, Tags: { cost: '1' } }))
    expect((await read())?.Tags).toEqual({ cost: '1' })
    await client.send(new DeleteClusterCommand({ ClusterArn }))
    for (;;) {
      const state = await read().then(
        (left) => left?.State,
        (error: Error) => error.name,
      )
      if (state === 'NotFoundException') break
      expect(state).toBe('DELETING')
      await clusters.settled(ClusterArn)
    }
  })
})
