import {
  AssertionFailure,
  type Clock,
  type ConnectOptions,
  Deferred,
  type Guard,
  type Logger,
  type Network,
  resolvedWithin,
} from '@sluice/effects'
import {
  type Api,
  BrokerHeartbeat,
  decodeResponseHeader,
  encodeRequestFrame,
  Envelope,
  ErrorCode,
  type Input,
  Reader,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import type { ChannelContext, ControllerChannel, RecordsListener } from '../metadata/controller-channel.ts'
import { refusal } from './channel.ts'
import { allowedPrincipal } from './forwarded-principal.ts'
import { type ControllerAddress, ControllerLink } from './controller-link.ts'
import { MetadataFetcher } from './metadata-fetcher.ts'

/** Between two tries to reach the controller. */
const retryMs = 50
/** A heartbeat is worth nothing later: half of Apache Kafka's broker.session.timeout.ms. */
const heartbeatMsMax = 4_500
const fetchMsMax = 10_000
/** In front of a frame. */
const sizeBytes = 4

interface TcpChannelOptions {
  /** Whose channel this is. */
  readonly nodeId: number
  readonly clusterId: string
  readonly controller: ControllerAddress
  /** Where its listener is encrypted. */
  readonly tls?: (() => ConnectOptions['tls']) | undefined
  readonly network: Network
  readonly clock: Clock
  readonly logger: Logger
  /** How long a request waits for a controller that is away. */
  readonly awayMsMax: number
}

/**
 * The way from a broker to a controller in another process: over TCP, by Kafka's own requests, as an Apache Kafka broker
 * goes it.
 *
 * What the broker asks for itself goes as it is, what it asks for a client in an Envelope (KIP-590). While the controller
 * is away requests are tried again, and then answered NOT_CONTROLLER; a heartbeat is not. Each kind of request has a
 * connection of its own, on which it does not wait for the others. The metadata log comes by Fetch, so that an answer may
 * be here before the records that it speaks of.
 */
export class TcpChannel implements ControllerChannel {
  readonly #options: TcpChannelOptions
  readonly #heartbeats: ControllerLink
  readonly #own: ControllerLink
  readonly #forwarded: ControllerLink
  readonly #fetchers = new Set<MetadataFetcher>()
  readonly #pausing = new Set<Deferred<void>>()
  #closed = false

  constructor(options: TcpChannelOptions) {
    this.#options = options
    this.#heartbeats = this.#link('heartbeat', heartbeatMsMax)
    this.#own = this.#link('own', options.awayMsMax)
    this.#forwarded = this.#link('forwarding', options.awayMsMax)
  }

  async request<A extends Api>(
    api: A,
    version: number,
    request: Input<RequestOf<A>>,
    context?: ChannelContext,
  ): Promise<ResponseOf<A>> {
    const { clock, awayMsMax } = this.#options
    const isHeartbeat = api.apiKey === BrokerHeartbeat.apiKey
    const giveUpAt = clock.monotonic() + (isHeartbeat ? 0 : awayMsMax)
    for (;;) {
      const answer = await this.#reach(api, version, request, context)
      if (answer) return answer
      if (this.#closed || clock.monotonic() + retryMs > giveUpAt)
        return refused(api, version, request, ErrorCode.NOT_CONTROLLER)
      await this.#pause()
    }
  }

  async subscribe(listener: RecordsListener, guard: Guard): Promise<() => void> {
    const fetcher = new MetadataFetcher({
      ...this.#options,
      link: this.#link('metadata', fetchMsMax),
      listener,
      guard,
    })
    const end = () => {
      this.#fetchers.delete(fetcher)
      fetcher.end()
    }
    this.#fetchers.add(fetcher)
    try {
      await fetcher.begin(this.#options.awayMsMax)
    } catch (error) {
      end()
      throw error
    }
    return end
  }

  /** Whoever waits is answered, and nothing is asked any more. */
  close(): void {
    this.#closed = true
    for (const link of [this.#heartbeats, this.#own, this.#forwarded]) link.close()
    for (const fetcher of this.#fetchers) fetcher.end()
    for (const pause of this.#pausing) pause.resolve()
  }

  #link(purpose: string, requestTimeoutMs: number): ControllerLink {
    const { nodeId, ...options } = this.#options
    return new ControllerLink({ ...options, clientId: `broker-${nodeId}-${purpose}`, requestTimeoutMs })
  }

  /** Null where the controller cannot be reached, or has gone before it has answered. */
  async #reach<A extends Api>(
    api: A,
    version: number,
    request: Input<RequestOf<A>>,
    context: ChannelContext | undefined,
  ): Promise<ResponseOf<A> | null> {
    if (this.#closed) return null
    try {
      if (context && api.forwardable) return await this.#forward(api, version, request, context)
      const link = api.apiKey === BrokerHeartbeat.apiKey ? this.#heartbeats : this.#own
      return await link.send(api, version, request)
    } catch (error) {
      if (error instanceof AssertionFailure) throw error
      this.#options.logger.debug('the controller cannot be reached', { api: api.name, error })
      return null
    }
  }

  async #forward<A extends Api>(
    api: A,
    version: number,
    request: Input<RequestOf<A>>,
    { principal, clientId }: ChannelContext,
  ): Promise<ResponseOf<A> | null> {
    const { errorCode, responseData } = await this.#forwarded.send(Envelope, Envelope.maxStableVersion, {
      requestData: encodeRequestFrame(api, version, 0, clientId, request).subarray(sizeBytes),
      requestPrincipal: allowedPrincipal(principal),
      clientHostAddress: localHost,
    })
    if (errorCode === ErrorCode.NOT_CONTROLLER) return null
    if (errorCode !== ErrorCode.NONE || !responseData) return refused(api, version, request, errorCode)
    const reader = new Reader(responseData)
    decodeResponseHeader(reader, api.responseHeaderVersion(version))
    return api.response.decode(reader, version) as ResponseOf<A>
  }

  async #pause(): Promise<void> {
    const pause = new Deferred<void>()
    this.#pausing.add(pause)
    await resolvedWithin(pause, this.#options.clock, retryMs)
    this.#pausing.delete(pause)
  }
}

/** The controller asks nobody for an address; the form wants one. */
const localHost = Buffer.from([127, 0, 0, 1])

function refused<A extends Api>(
  api: A,
  version: number,
  request: Input<RequestOf<A>>,
  errorCode: number,
): ResponseOf<A> {
  const asked = api.request.decode(new Reader(api.request.encodeToBuffer(version, request as never)), version)
  return api.response.decode(new Reader(refusal(api, version, asked, errorCode)), version) as ResponseOf<A>
}
