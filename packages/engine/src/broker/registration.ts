import {
  type Clock,
  Deferred,
  type Logger,
  raise,
  type Random,
  type Timer,
  resolvedWithin,
} from '@sluice/effects'
import { BrokerHeartbeat, BrokerRegistration, ErrorCode, randomUuid, type Int64 } from '@sluice/wire'
import type { ControllerChannel } from '../metadata/controller-channel.ts'
import { supportedFeatures } from '../metadata/features.ts'
import { securityProtocolId } from '../metadata/security-protocol.ts'
import type { BoundListener } from '../server/listeners.ts'
import type { StepBack } from './step-back.ts'

/** One moves the leaders; brokers that are alive hear of it and say so before these are over. */
const leavingBeatsMax = 10
/** Apache Kafka's initial.broker.registration.timeout.ms. */
const registrationMsMax = 60_000

/** A broker's membership in its cluster: registered, then kept alive by heartbeats (KIP-631). */
export class Registration {
  readonly #options: RegistrationOptions
  #brokerEpoch: Int64 = -1
  #timer: Timer | null = null
  #stopping = false
  /** While the broker waits to hear of itself. */
  #unheard: Deferred<void> | null = null

  constructor(options: RegistrationOptions) {
    this.#options = options
  }

  /** The offset of the registration record; −1 before. */
  get brokerEpoch(): Int64 {
    return this.#brokerEpoch
  }

  /**
   * Resolves when the controller has written the registration down. Throws when it refuses, but waits while the session
   * of a former incarnation, which has died without a word, is not over: as Apache Kafka does, so long.
   */
  async register(listeners: readonly BoundListener[], signal: AbortSignal): Promise<void> {
    const { brokerId, clock, logger, random, heartbeatIntervalMs } = this.#options
    const incarnationId = randomUuid(random)
    const giveUpAt = clock.monotonic() + registrationMsMax
    for (;;) {
      const { errorCode, brokerEpoch } = await this.#ask(incarnationId, listeners)
      if (errorCode === ErrorCode.NONE) {
        this.#brokerEpoch = brokerEpoch
        return
      }
      const mayWait = !this.#stopping && clock.monotonic() < giveUpAt
      if (errorCode !== ErrorCode.DUPLICATE_BROKER_REGISTRATION || !mayWait)
        throw new Error(`the controller refuses broker ${brokerId}: error ${errorCode}`)
      logger.info('the session of a former incarnation is not over yet', { brokerId })
      await this.#sleep(heartbeatIntervalMs, signal)
    }
  }

  /** Throws at once when the start is called off. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const over = new Deferred<void>()
    const end = () => over.resolve()
    signal.addEventListener('abort', end, { once: true })
    await resolvedWithin(over, this.#options.clock, ms)
    signal.removeEventListener('abort', end)
    signal.throwIfAborted()
  }

  #ask(incarnationId: string, listeners: readonly BoundListener[]) {
    const { controller, brokerId, clusterId, rack, directoryId, previousEpoch } = this.#options
    return controller.request(BrokerRegistration, BrokerRegistration.maxVersion, {
      brokerId,
      clusterId,
      incarnationId,
      listeners: listeners.map(({ name, protocol, host, port, advertised }) => ({
        name,
        host: advertised?.host ?? host,
        port: advertised?.port ?? port,
        securityProtocol: securityProtocolId[protocol],
      })),
      features: supportedFeatures.map((feature) => ({ ...feature })),
      rack,
      logDirs: [directoryId()],
      previousBrokerEpoch: previousEpoch(),
    })
  }

  /**
   * One heartbeat as soon as the broker has replayed its own registration, which unfences it, and then one every
   * interval. An earlier one would leave it fenced until the next. Resolves when the broker has replayed that, too.
   */
  async keepAlive(signal: AbortSignal): Promise<void> {
    const end = () => this.heard()
    signal.addEventListener('abort', end, { once: true })
    const { metadataOffset, isUnfenced } = this.#options
    await this.#until(() => metadataOffset() >= this.#brokerEpoch || signal.aborted)
    if (!this.#stopping && !signal.aborted) {
      await this.#beat({})
      this.#schedule()
      await this.#until(() => isUnfenced() || signal.aborted)
    }
    signal.removeEventListener('abort', end)
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#stopping) {
      this.#unheard = new Deferred()
      await this.#unheard.promise
    }
  }

  /** The broker has replayed more of the metadata. */
  heard(): void {
    this.#unheard?.resolve()
  }

  /**
   * A heartbeat now: another broker leaves, and waits until the controller has heard that this one knows; or this one had
   * better step back.
   */
  hurry(): void {
    if (!this.#timer || this.#stopping) return
    this.#timer.cancel()
    this.#beatAndGoOn()
  }

  /**
   * Tells the controller that this broker leaves. Its partitions get other leaders or none; it goes when the others know,
   * or do not answer; then it is fenced, so that its next incarnation may register at once.
   */
  async leave(): Promise<void> {
    this.#stopping = true
    this.#timer?.cancel()
    for (let beats = 0; beats < leavingBeatsMax; beats++) if (await this.#beat({ wantShutDown: true })) return
    await this.#beat({ wantShutDown: true, wantFence: true })
  }

  /** No more heartbeats, and no word to the controller: as a crash. */
  abandon(): void {
    this.#stopping = true
    this.heard()
    this.#timer?.cancel()
  }

  #schedule(): void {
    const { clock, heartbeatIntervalMs } = this.#options
    if (this.#stopping) return
    this.#timer?.cancel()
    this.#timer = clock.schedule(heartbeatIntervalMs, () => this.#beatAndGoOn())
  }

  #beatAndGoOn(): void {
    this.#beatOrStepBack()
      .then(() => this.#schedule())
      .catch((bug: unknown) => raise(this.#options.clock, bug))
  }

  /**
   * Who had better not serve is fenced for a moment: others lead in its place, and it is in no ISR but where it is the last
   * one. There it serves on.
   */
  async #beatOrStepBack(): Promise<void> {
    const { stepBack } = this.#options
    if (stepBack.isDue) {
      stepBack.begins()
      await this.#beat({ wantFence: true })
    }
    if (!this.#stopping) await this.#beat({})
  }

  /** Whether the broker may stop now. */
  async #beat({ wantFence = false, wantShutDown = false }): Promise<boolean> {
    const { controller, brokerId, metadataOffset, logger } = this.#options
    const response = await controller.request(BrokerHeartbeat, BrokerHeartbeat.maxVersion, {
      brokerId,
      brokerEpoch: this.#brokerEpoch,
      currentMetadataOffset: metadataOffset(),
      wantFence,
      wantShutDown,
    })
    if (response.errorCode !== ErrorCode.NONE)
      logger.warn('the controller refuses the heartbeat', { brokerId, error: response.errorCode })
    return response.shouldShutDown || response.errorCode !== ErrorCode.NONE
  }
}

interface RegistrationOptions {
  readonly brokerId: number
  readonly clusterId: string
  readonly rack: string | null
  /** directory.id of the log directory. */
  readonly directoryId: () => string
  /** The broker's epoch when the directory was closed cleanly; −1 where it was not. */
  readonly previousEpoch: () => Int64
  readonly controller: ControllerChannel
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly heartbeatIntervalMs: number
  readonly metadataOffset: () => number
  /** Whether this broker is alive, by what it has replayed itself. */
  readonly isUnfenced: () => boolean
  readonly stepBack: Pick<StepBack, 'isDue' | 'begins'>
}
