import { Readable } from 'node:stream'
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import { KafkaClient, type KafkaClientConfig } from '@aws-sdk/client-kafka'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import {
  type Clock,
  MemoryDisk,
  MemoryNetwork,
  silentLogger,
  systemClock,
  systemProcesses,
  systemRandom,
} from '@sluice/effects'
import { placeOf } from '../../fleet/place.ts'
import { createFleet, type Fleet, type FleetOptions } from '../../fleet/fleet.ts'
import type { Engine } from '../../fleet/engines/engine.ts'
import { enginesOf } from '../../fleet/engines/engines.ts'
import type { SupervisionEffects } from '../../fleet/engines/supervision/supervised-node.ts'
import { FakeEngine } from '../../fleet/engines/testing/fake-engine.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { testIdentities } from '../../iam/testing/identities.ts'
import { StreamMetrics } from '../../streams/stream-metrics.ts'
import { Streams } from '../../streams/streams.ts'
import { awsServices } from '../services.ts'
import { AwsEndpoint } from '../endpoint.ts'

/** For tests: the AWS endpoint over a fleet in memory, with the official SDK as its client. */
export interface TestService {
  fleet: Fleet
  endpoint: AwsEndpoint
  /** One request without a port. */
  handle(request: HttpRequest): Promise<HttpResponse>
  /** Runs clusters by default, one broker of each, as the embedded engine does. */
  engine: FakeEngine
  /** Runs all brokers of clusters that are tagged for it. */
  replicating: FakeEngine
  disk: MemoryDisk
  network: MemoryNetwork
  /** The SDK, talking to the endpoint without a port. */
  client(config?: Partial<KafkaClientConfig>): KafkaClient
  /** The SDK of Secrets Manager, in the same way. */
  secretsClient(owner?: typeof credentials): SecretsManagerClient
  scalingClient(owner?: typeof credentials): ApplicationAutoScalingClient
  logsClient(owner?: typeof credentials): CloudWatchLogsClient
  kinesisClient(owner?: typeof credentials): KinesisClient
  streams: Streams
  /** What the SDK has sent so far. */
  sent: HttpRequest[]
}

export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

export async function startTestService(
  options: Partial<ConstructorParameters<typeof AwsEndpoint>[0]> & {
    fleet?: Partial<FleetOptions>
    clock?: Clock
    /** One on which another service was. */
    disk?: MemoryDisk
    /** Runs clusters in place of those that are no engines. */
    engine?: (effects: SupervisionEffects) => Engine
    /** Keeps the records of streams; without one no stream becomes ACTIVE. */
    streamsEngine?: (effects: SupervisionEffects) => Engine
    streamsAreLimited?: boolean
  } = {},
): Promise<TestService> {
  const clock = options.clock ?? systemClock()
  const disk = options.disk ?? new MemoryDisk()
  const network = new MemoryNetwork()
  const random = systemRandom()
  const effects = { clock, disk, network, random, logger: silentLogger, processes: systemProcesses() }
  const engine = new FakeEngine(effects)
  const replicating = new FakeEngine(effects, 'apache-kafka')
  const identities = options.identities ?? testIdentities({ ownerKey: credentials })
  const fleet = createFleet({
    identities,
    dataDirectory: '/data',
    engines: enginesOf(options.engine ? [options.engine(effects)] : [engine, replicating], 'embedded'),
    region: 'us-east-1',
    account: '000000000000',
    effects,
    ...options.fleet,
  })
  await fleet.start()
  const streamsNetwork = new MemoryNetwork()
  const streams = new Streams({
    ...effects,
    dataDirectory: '/data',
    place: placeOf('us-east-1', '000000000000'),
    engine: options.streamsEngine?.({ ...effects, network: streamsNetwork }) ?? engine,
    network: streamsNetwork,
    isLimited: options.streamsAreLimited ?? false,
    logGroups: fleet.logs.groups,
    identities,
  })
  streams.start()
  fleet.monitoring.include(new StreamMetrics(streams))
  const endpoint = new AwsEndpoint({
    services: awsServices(fleet, { clock, random, streams }),
    clock,
    random,
    logger: silentLogger,
    identities,
    audit: () => {},
    acceptAnySignature: false,
    ...options,
  })
  const handle = async ({ body, ...head }: HttpRequest) => {
    const verdict = endpoint.admit(head)
    return 'refusal' in verdict ? verdict.refusal : verdict.answer(body)
  }
  const sent: HttpRequest[] = []
  const client = (config: Partial<KafkaClientConfig> = {}) =>
    new KafkaClient({
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:9081',
      credentials,
      requestHandler: portless(handle, sent),
      ...config,
    })
  const config = (owner: typeof credentials) => ({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9081',
    credentials: owner,
    requestHandler: portless(handle, sent),
    maxAttempts: 1,
  })
  const secretsClient = (owner = credentials) => new SecretsManagerClient(config(owner))
  const scalingClient = (owner = credentials) => new ApplicationAutoScalingClient(config(owner))
  const logsClient = (owner = credentials) => new CloudWatchLogsClient(config(owner))
  const kinesisClient = (owner = credentials) => new KinesisClient(config(owner))
  const clients = { client, secretsClient, scalingClient, logsClient, kinesisClient }
  return { streams, fleet, endpoint, handle, ...clients, engine, replicating, disk, network, sent }
}

interface SdkRequest {
  method: string
  path: string
  query?: Record<string, string | string[] | null>
  headers: Record<string, string>
  body?: string | Uint8Array
}

/** A request handler for the SDK that needs no socket. */
export function portless(
  handle: TestService['handle'],
  sent: HttpRequest[] = [],
): NonNullable<KafkaClientConfig['requestHandler']> {
  return {
    handle: async (given: SdkRequest) => {
      const pairs = Object.entries(given.query ?? {}).flatMap(([name, value]) =>
        [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? '')}`),
      )
      const request: HttpRequest = {
        method: given.method,
        target: given.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
        headers: Object.entries(given.headers),
        body: bytesOf(given.body ?? ''),
      }
      sent.push(request)
      const { status, headers, body } = await handle(request)
      return { response: { statusCode: status, headers, body: Readable.from([body]) } }
    },
  } as never
}

function bytesOf(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  // Not Buffer.from(body): the SDK's bodies complain when they are asked for a primitive value.
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}

/** A request that makes a cluster with one plaintext listener. */
export function provisioned(name: string) {
  return {
    ClusterName: name,
    KafkaVersion: '4.4.x.kraft',
    NumberOfBrokerNodes: 3,
    BrokerNodeGroupInfo: {
      ClientSubnets: ['subnet-a', 'subnet-b', 'subnet-c'],
      InstanceType: 'kafka.m7g.large',
    },
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' as const } },
  }
}
