import type { Clock, Logger, Random } from '@sluice/effects'
import {
  CodecId,
  CorruptDataError,
  crc32c,
  decompress,
  DecompressedSizeError,
  ErrorCode,
  type GetTelemetrySubscriptions,
  type Input,
  isCodecId,
  type PushTelemetry,
  randomUuid,
  type RequestOf,
  type ResponseOf,
  zeroUuid,
} from '@sluice/wire'
import type { MatchFacts } from '../../metadata/client-metrics-match.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import type { Connection } from '../../server/connection.ts'
import { ClientInstance } from './client-instance.ts'
import { Subscriptions } from './subscriptions.ts'

type Subscribed = Input<ResponseOf<typeof GetTelemetrySubscriptions>>
type Push = RequestOf<typeof PushTelemetry>

/** As metric.reporters names it: a line in the log for each push. */
const receiverName = 'sluice.ClientMetricsLog'
/** As on Apache Kafka: whoever was silent for longest goes first. */
const instancesMax = 16_384
const silenceMsMin = 60_000
/** The one that clients are to prefer first. */
const acceptedCompressionTypes = [CodecId.zstd, CodecId.lz4, CodecId.gzip, CodecId.snappy]
/** No client has these. */
const reservedIds = new Set([zeroUuid, 'AAAAAAAAAAAAAAAAAAAAAQ'])

/** Whoever asks, as far as subscriptions care. */
interface MetricsClient {
  readonly clientId: string | null
  readonly connection: Connection
}

interface ClientMetricsOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
}

/**
 * What clients tell of themselves (KIP-714).
 *
 * 1. A client asks what it is to push. Each instance has the metrics, and the shortest interval, of all subscriptions that
 *    mean it, under an id that changes with them.
 * 2. It pushes at that interval; whoever comes sooner is refused, and whoever has an older id is to ask again.
 * 3. What it pushes goes to the log, where the broker is told to receive it; else it is let go of, and ApiVersions does not
 *    offer any of this.
 */
export class ClientMetrics {
  readonly #options: ClientMetricsOptions
  readonly #subscriptions: Subscriptions
  /** By id, in the order of their last use. */
  readonly #instances = new Map<string, ClientInstance>()
  #pushes = 0

  constructor(options: ClientMetricsOptions) {
    this.#options = options
    this.#subscriptions = new Subscriptions(options.metadata)
  }

  get isReceived(): boolean {
    return this.#options.config.list('metric.reporters').includes(receiverName)
  }

  get instanceCount(): number {
    return this.#instances.size
  }

  subscriptionsOf(askedId: string, client: MetricsClient): Subscribed {
    const id = askedId === zeroUuid ? randomUuid(this.#options.random) : askedId
    const instance = this.#instanceOf(id, client)
    if (!instance.mayAsk(this.#options.clock.monotonic()))
      return { errorCode: ErrorCode.THROTTLING_QUOTA_EXCEEDED }
    const { subscriptionId, wanted } = instance
    return {
      errorCode: ErrorCode.NONE,
      clientInstanceId: id,
      subscriptionId,
      acceptedCompressionTypes,
      pushIntervalMs: wanted.pushIntervalMs,
      telemetryMaxBytes: this.#bytesMax,
      deltaTemporality: true,
      requestedMetrics: wanted.metrics,
    }
  }

  async push(push: Push, client: MetricsClient): Promise<ErrorCode> {
    const { clientInstanceId, terminating } = push
    if (reservedIds.has(clientInstanceId)) return ErrorCode.INVALID_REQUEST
    const instance = this.#instanceOf(clientInstanceId, client)
    const refusal = this.#refusal(push, instance)
    instance.isTerminating = terminating
    instance.lastError = refusal
    if (refusal === ErrorCode.NONE) instance.lastError = await this.#receive(push, client)
    return instance.lastError
  }

  get #bytesMax(): number {
    return this.#options.config.int('telemetry.max.bytes')
  }

  #refusal(
    { terminating, subscriptionId, compressionType, metrics }: Push,
    instance: ClientInstance,
  ): ErrorCode {
    if (instance.isTerminating) return ErrorCode.INVALID_REQUEST
    if (!instance.mayPush(this.#options.clock.monotonic()) && !terminating)
      return ErrorCode.THROTTLING_QUOTA_EXCEEDED
    if (subscriptionId !== instance.subscriptionId) return ErrorCode.UNKNOWN_SUBSCRIPTION_ID
    if (!isCodecId(compressionType)) return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
    return metrics.length > this.#bytesMax ? ErrorCode.TELEMETRY_TOO_LARGE : ErrorCode.NONE
  }

  async #receive(push: Push, { clientId, connection }: MetricsClient): Promise<ErrorCode> {
    const { clientInstanceId, compressionType, metrics, terminating } = push
    if (!this.isReceived || metrics.length === 0) return ErrorCode.NONE
    try {
      // What comes next on the socket overwrites the bytes.
      const { length: bytes } = await decompress(compressionType, Buffer.from(metrics), this.#bytesMax)
      this.#pushes++
      const { software } = connection.session
      const of = { clientInstanceId, clientId, software: software && `${software.name} ${software.version}` }
      this.#options.logger.info('client metrics', { ...of, bytes, terminating, pushes: this.#pushes })
      return ErrorCode.NONE
    } catch (error) {
      if (error instanceof DecompressedSizeError) return ErrorCode.TELEMETRY_TOO_LARGE
      if (error instanceof CorruptDataError) return ErrorCode.INVALID_RECORD
      throw error
    }
  }

  #instanceOf(id: string, client: MetricsClient): ClientInstance {
    const nowMs = this.#options.clock.monotonic()
    const known = this.#instances.get(id)
    this.#instances.delete(id)
    const { revision } = this.#subscriptions
    const isCurrent = known?.revision === revision && nowMs - known.usedAtMs < silenceMs(known)
    const instance = isCurrent ? known : this.#createInstance(id, revision, client, known)
    instance.usedAtMs = nowMs
    this.#instances.set(id, instance)
    this.#makeRoom(nowMs)
    return instance
  }

  #createInstance(
    id: string,
    revision: number,
    client: MetricsClient,
    known?: ClientInstance,
  ): ClientInstance {
    const facts = known?.facts ?? factsOf(id, client)
    const wanted = this.#subscriptions.of(facts)
    const text = Buffer.from(`${wanted.metrics.join()} ${wanted.pushIntervalMs} ${id}`)
    const instance = new ClientInstance({ facts, revision, wanted, subscriptionId: crc32c(text) | 0 })
    client.connection.onCloseOnce(() => {
      if (this.#instances.get(id) === instance) this.#instances.delete(id)
    })
    return instance
  }

  #makeRoom(nowMs: number): void {
    for (const [id, instance] of this.#instances) {
      if (this.#instances.size <= instancesMax && nowMs - instance.usedAtMs < silenceMs(instance)) return
      this.#instances.delete(id)
    }
  }
}

function silenceMs({ wanted }: ClientInstance): number {
  return Math.max(silenceMsMin, 3 * wanted.pushIntervalMs)
}

function factsOf(id: string, { clientId, connection }: MetricsClient): MatchFacts {
  const { session, socket } = connection
  return {
    client_instance_id: id,
    client_id: clientId ?? '',
    client_software_name: session.software?.name ?? 'unknown',
    client_software_version: session.software?.version ?? 'unknown',
    client_source_address: session.remoteAddress,
    client_source_port: String(socket.remotePort),
  }
}
