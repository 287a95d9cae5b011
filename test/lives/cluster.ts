import { existsSync, readFileSync } from 'node:fs'
import {
  type ClusterInfo,
  CreateClusterCommand,
  CreateClusterV2Command,
  CreateConfigurationCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeClusterOperationCommand,
  GetBootstrapBrokersCommand,
  KafkaClient,
  ListNodesCommand,
  RebootBrokerCommand,
  UpdateBrokerCountCommand,
  UpdateClusterConfigurationCommand,
  UpdateClusterKafkaVersionCommand,
  UpdateSecurityCommand,
} from '@aws-sdk/client-kafka'
import { createMechanism } from '@jm18457/kafkajs-msk-iam-authentication-mechanism'
import { systemProcesses } from '@sluice/effects'
import kafkajs, { type Kafka } from 'kafkajs'
import { Sandbox, type Status } from '../cli/sluice.ts'
import { type Timeline, until } from './timeline.ts'

type ClusterStatus = Status['clusters'][number] & { quorum: Status['clusters'][number]['brokers'] }
export interface Setting {
  engine: string
  /** Of an engine that has a choice. */
  hosting?: string
  kafkaVersion: string
  brokers: number
}

/** A roll of nine nodes, each a JVM, on a machine that has other things to do. */
const settledWithinMs = 900_000

/** A service started by the command line, and one cluster of it, driven by the MSK API with the official SDK. */
export class LifeCluster {
  readonly #sandbox = new Sandbox()
  readonly #setting: Setting
  readonly #timeline: Timeline
  #msk!: KafkaClient
  #region = ''
  #credentials = { accessKeyId: '', secretAccessKey: '' }
  arn = ''

  constructor(setting: Setting, timeline: Timeline) {
    this.#setting = setting
    this.#timeline = timeline
  }

  get dataDirectory(): string {
    return this.#sandbox.dataDirectory
  }

  async startService(): Promise<void> {
    const { engine, hosting } = this.#setting
    const flags = [
      '--engine',
      engine,
      ...(hosting === undefined ? [] : ['--hosting', hosting]),
      '--no-cluster',
    ]
    const { exitCode, stderr, stdout } = await this.#sandbox.start(...flags)
    if (exitCode !== 0) throw new Error(`sluice start: ${stderr}${stdout}`)
    const environment = JSON.parse((await this.#sandbox.run('env', '-o', 'json')).stdout)
    const { endpoint, region, credentials } = environment
    this.#region = region
    this.#credentials = credentials
    this.#msk = new KafkaClient({ endpoint, region, credentials, maxAttempts: 1 })
  }

  async stopService(): Promise<void> {
    const { exitCode, stderr } = await this.#sandbox.run('stop')
    if (exitCode !== 0) throw new Error(`sluice stop: ${stderr}`)
  }

  async servicePid(): Promise<number> {
    return (await this.#sandbox.status()).pid
  }

  /** Ends the service's process as a crash would. */
  async killService(): Promise<void> {
    const pid = await this.servicePid()
    process.kill(pid, 'SIGKILL')
    await until(`the end of the service ${pid}`, 10_000, async () => !isRunning(pid) || undefined)
  }

  close(): Promise<void> {
    return this.#sandbox.close()
  }

  async create(): Promise<void> {
    const { brokers, kafkaVersion } = this.#setting
    const { ClusterArn } = await this.#msk.send(
      new CreateClusterCommand({
        ClusterName: 'life',
        KafkaVersion: kafkaVersion,
        NumberOfBrokerNodes: brokers,
        BrokerNodeGroupInfo: {
          ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
          InstanceType: 'kafka.m7g.large',
        },
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
      }),
    )
    this.arn = ClusterArn ?? ''
    await this.settled()
  }

  /** The first version of the API does not know a serverless one. */
  async createServerless(): Promise<void> {
    const { ClusterArn } = await this.#msk.send(
      new CreateClusterV2Command({
        ClusterName: 'life',
        Serverless: { VpcConfigs: [{ SubnetIds: ['subnet-a', 'subnet-b', 'subnet-c'] }] },
      }),
    )
    this.arn = ClusterArn ?? ''
    await until('ACTIVE', settledWithinMs, async () => (await this.status()).state === 'ACTIVE' || undefined)
  }

  async describe(): Promise<ClusterInfo> {
    const { ClusterInfo } = await this.#msk.send(new DescribeClusterCommand({ ClusterArn: this.arn }))
    if (!ClusterInfo) throw new Error('DescribeCluster answered nothing')
    return ClusterInfo
  }

  /** Waits for ACTIVE and notes every state on the way. */
  async settled(): Promise<ClusterInfo> {
    let last = ''
    return until('ACTIVE', settledWithinMs, async () => {
      const info = await this.describe()
      const state = `${info.State}${info.StateInfo?.Message ? `: ${info.StateInfo.Message}` : ''}`
      if (state !== last) this.#timeline.note(`  the cluster is ${(last = state)}`)
      if (info.State === 'FAILED') throw new Error(state)
      return info.State === 'ACTIVE' ? info : undefined
    })
  }

  async leaves(state: string): Promise<void> {
    await until(`another state than ${state}`, settledWithinMs, async () =>
      (await this.describe()).State === state ? undefined : true,
    )
  }

  /** Waits for the end of an operation, then for ACTIVE; gives the operation's end. */
  async operationEnded(operationArn: string | undefined) {
    await this.settled()
    const { ClusterOperationInfo } = await this.#msk.send(
      new DescribeClusterOperationCommand({ ClusterOperationArn: operationArn }),
    )
    const { OperationState, OperationType, ErrorInfo, OperationSteps } = ClusterOperationInfo ?? {}
    const steps = (OperationSteps ?? []).map(
      ({ StepName, StepInfo }) => `${StepName} ${StepInfo?.StepStatus}`,
    )
    this.#timeline.note(`  ${OperationType}: ${OperationState} (${steps.join(', ')})`)
    if (ErrorInfo) this.#timeline.note(`  ${ErrorInfo.ErrorCode}: ${ErrorInfo.ErrorString}`)
    return { state: OperationState, error: ErrorInfo?.ErrorString ?? '' }
  }

  async bootstrap(): Promise<string> {
    const answer = await this.#msk.send(new GetBootstrapBrokersCommand({ ClusterArn: this.arn }))
    return answer.BootstrapBrokerString ?? ''
  }

  /** Turns encryption between clients and brokers on beside plaintext. */
  async encrypt(): Promise<string | undefined> {
    const { CurrentVersion } = await this.describe()
    const answer = await this.#msk.send(
      new UpdateSecurityCommand({
        ClusterArn: this.arn,
        CurrentVersion,
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' } },
      }),
    )
    return answer.ClusterOperationArn
  }

  /** Lets in nobody any more but who comes by IAM. */
  async lock(): Promise<string | undefined> {
    const { CurrentVersion } = await this.describe()
    const answer = await this.#msk.send(
      new UpdateSecurityCommand({
        ClusterArn: this.arn,
        CurrentVersion,
        ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: false } },
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS' } },
      }),
    )
    return answer.ClusterOperationArn
  }

  /** A client that comes as it may now: by IAM, where there is that. */
  async kafkaAsNow(retries = 3): Promise<{ kafka: Kafka; door: 'open' | 'IAM' }> {
    const answer = await this.#msk.send(new GetBootstrapBrokersCommand({ ClusterArn: this.arn }))
    const { BootstrapBrokerString: open = '', BootstrapBrokerStringSaslIam: byIam = '' } = answer
    const common = {
      clientId: 'life',
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 5_000,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries },
    }
    if (byIam === '')
      return { kafka: new kafkajs.Kafka({ ...common, brokers: open.split(',') }), door: 'open' }
    const environment = JSON.parse((await this.#sandbox.run('env', '--cluster', 'life', '-o', 'json')).stdout)
    const kafka = new kafkajs.Kafka({
      ...common,
      brokers: byIam.split(','),
      ssl: { ca: [readFileSync(environment.SLUICE_CA_FILE, 'utf8')] },
      sasl: createMechanism({ region: this.#region, credentials: this.#credentials }),
    })
    return { kafka, door: 'IAM' }
  }

  /** A client of the encrypted listener, which trusts whom `sluice env` names. */
  async encryptedKafka(): Promise<Kafka> {
    const answer = await this.#msk.send(new GetBootstrapBrokersCommand({ ClusterArn: this.arn }))
    const environment = JSON.parse((await this.#sandbox.run('env', '--cluster', 'life', '-o', 'json')).stdout)
    return new kafkajs.Kafka({
      clientId: 'life',
      brokers: (answer.BootstrapBrokerStringTls ?? '').split(','),
      ssl: { ca: [readFileSync(environment.SLUICE_CA_FILE, 'utf8')] },
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 5_000,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 60 },
    })
  }

  async kafka(): Promise<Kafka> {
    return new kafkajs.Kafka({
      clientId: 'life',
      brokers: (await this.bootstrap()).split(','),
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 5_000,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 60 },
    })
  }

  async nodeShapes(): Promise<Record<string, number>> {
    const { NodeInfoList = [] } = await this.#msk.send(new ListNodesCommand({ ClusterArn: this.arn }))
    const shapes = { brokers: 0, controllers: 0, zookeepers: 0 }
    for (const node of NodeInfoList) {
      if (node.BrokerNodeInfo) shapes.brokers++
      if (node.ControllerNodeInfo) shapes.controllers++
      if (node.ZookeeperNodeInfo) shapes.zookeepers++
    }
    return shapes
  }

  async reboot(brokerId: number): Promise<string | undefined> {
    const answer = await this.#msk.send(
      new RebootBrokerCommand({ ClusterArn: this.arn, BrokerIds: [String(brokerId)] }),
    )
    return answer.ClusterOperationArn
  }

  async configure(name: string, properties: string): Promise<string | undefined> {
    const info = await this.describe()
    const { Arn } = await this.#msk.send(
      new CreateConfigurationCommand({ Name: name, ServerProperties: Buffer.from(properties) }),
    )
    const answer = await this.#msk.send(
      new UpdateClusterConfigurationCommand({
        ClusterArn: this.arn,
        CurrentVersion: info.CurrentVersion,
        ConfigurationInfo: { Arn, Revision: 1 },
      }),
    )
    return answer.ClusterOperationArn
  }

  async resize(brokers: number): Promise<string | undefined> {
    const { CurrentVersion } = await this.describe()
    const answer = await this.#msk.send(
      new UpdateBrokerCountCommand({
        ClusterArn: this.arn,
        CurrentVersion,
        TargetNumberOfBrokerNodes: brokers,
      }),
    )
    return answer.ClusterOperationArn
  }

  async upgrade(version: string): Promise<string | undefined> {
    const { CurrentVersion } = await this.describe()
    const answer = await this.#msk.send(
      new UpdateClusterKafkaVersionCommand({
        ClusterArn: this.arn,
        CurrentVersion,
        TargetKafkaVersion: version,
      }),
    )
    return answer.ClusterOperationArn
  }

  async delete(): Promise<void> {
    await this.#msk.send(new DeleteClusterCommand({ ClusterArn: this.arn }))
    await until('the end of the cluster', settledWithinMs, async () => {
      try {
        await this.describe()
        return undefined
      } catch (error) {
        if ((error as Error).name === 'NotFoundException') return true
        throw error
      }
    })
  }

  async status(): Promise<ClusterStatus> {
    const found = (await this.#sandbox.status()).clusters.find(({ arn }) => arn === this.arn)
    if (!found) throw new Error('sluice status does not show the cluster')
    return found as ClusterStatus
  }

  /** Which process runs which node. */
  async pids(): Promise<Map<string, number>> {
    const { brokers, quorum } = await this.status()
    return new Map([
      ...brokers.map(({ id, pid }): [string, number] => [`broker ${id}`, pid]),
      ...quorum.map(({ id, pid }): [string, number] => [`quorum ${id}`, pid]),
    ])
  }
}

/** Not one that has ended and waits for its parent to notice. */
export function isRunning(pid: number): boolean {
  return systemProcesses().isRunning(pid)
}

export function isThere(path: string): boolean {
  return existsSync(path)
}
