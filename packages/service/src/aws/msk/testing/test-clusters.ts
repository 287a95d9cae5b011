import {
  type ClusterOperationInfo,
  CreateClusterCommand,
  CreateConfigurationCommand,
  type CreateConfigurationCommandInput,
  DescribeClusterCommand,
  DescribeClusterOperationCommand,
  type KafkaClient,
} from '@aws-sdk/client-kafka'
import { expect } from 'vitest'
import { provisioned, startTestService, type TestService } from '../../testing/test-service.ts'

/** For tests: a service with clusters whose brokers all run, and what is asked of them again and again. */
export class TestClusters {
  readonly service: TestService
  readonly client: KafkaClient
  #configurations = 0

  private constructor(service: TestService) {
    this.service = service
    this.client = service.client({ maxAttempts: 1 })
  }

  static async start(options: Parameters<typeof startTestService>[0] = {}): Promise<TestClusters> {
    return new TestClusters(await startTestService(options))
  }

  /** An ACTIVE cluster of three brokers; what its nodes did until then is forgotten. */
  async create(change: object = {}): Promise<string> {
    const { ClusterArn = '' } = await this.client.send(
      new CreateClusterCommand({
        ...provisioned('orders'),
        KafkaVersion: '3.9.x.kraft',
        Tags: { 'sluice:engine': 'apache-kafka' },
        ...change,
      }),
    )
    await this.settled(ClusterArn)
    this.service.replicating.log.splice(0)
    return ClusterArn
  }

  /** A cluster by the whole request, ready. */
  async createFrom(request: ReturnType<typeof provisioned> & Record<string, unknown>): Promise<string> {
    const { ClusterArn = '' } = await this.client.send(new CreateClusterCommand(request))
    await this.settled(ClusterArn)
    return ClusterArn
  }

  /** A cluster that stays in CREATING. */
  async createHeld(): Promise<string> {
    this.service.engine.gate = new Promise(() => {})
    const { ClusterArn = '' } = await this.client.send(new CreateClusterCommand(provisioned('orders')))
    return ClusterArn
  }

  /** The configuration `ours`. */
  async createOurs(change: Partial<CreateConfigurationCommandInput> = {}): Promise<string> {
    const request = { Name: 'ours', ServerProperties: bytes('num.partitions=3\n'), ...change }
    return (await this.client.send(new CreateConfigurationCommand(request))).Arn ?? ''
  }

  async createConfiguration(properties: string, change: object = {}): Promise<string> {
    const Name = `configuration-${this.#configurations++}`
    const request = { Name, ServerProperties: bytes(properties), ...change }
    const { Arn = '' } = await this.client.send(new CreateConfigurationCommand(request))
    return Arn
  }

  /** The reconcile loop has nothing to do for the cluster. */
  settled(arn: string): Promise<void> {
    return this.service.fleet.idle(arn.slice(arn.lastIndexOf('/') + 1))
  }

  /** Work on brokers stops before their next start, until the answer is called. */
  holdBrokers(): () => void {
    const { replicating } = this.service
    let open = () => {}
    replicating.gate = new Promise((resolve) => {
      open = resolve
    })
    return () => {
      replicating.gate = null
      open()
    }
  }

  async info(ClusterArn: string) {
    const { ClusterInfo } = await this.client.send(new DescribeClusterCommand({ ClusterArn }))
    return { ...ClusterInfo, CurrentVersion: ClusterInfo?.CurrentVersion ?? '' }
  }

  async operation(ClusterOperationArn: string | undefined): Promise<ClusterOperationInfo> {
    const answer = await this.client.send(new DescribeClusterOperationCommand({ ClusterOperationArn }))
    return answer.ClusterOperationInfo ?? {}
  }
}

export const unknownArn =
  'arn:aws:kafka:us-east-1:000000000000:cluster/x/6d8b5f5e-1111-4222-8333-944444444444-1'

export const unknownConfigurationArn =
  'arn:aws:kafka:us-east-1:000000000000:configuration/x/6d8b5f5e-1111-4222-8333-944444444444-1'

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

/** What a rejected call looks like. */
export function refused(message: RegExp | string, InvalidParameter?: string) {
  return {
    name: 'BadRequestException',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    ...(InvalidParameter !== undefined && { InvalidParameter }),
  }
}
