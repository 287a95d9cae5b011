import { assert, type Clock, Deferred, type Guard, resolvedWithin } from '@sluice/effects'
import {
  type Api,
  BrokerHeartbeat,
  ErrorCode,
  type Input,
  type Message,
  Reader,
  type RequestOf,
  type ResponseOf,
  Writer,
} from '@sluice/wire'
import {
  anonymousPrincipal,
  type ChannelContext,
  type ControllerChannel,
  type RecordsListener,
} from '../metadata/controller-channel.ts'
import { Lane } from '../storage/lane.ts'
import type { Steps } from '../storage/slices.ts'
import { MetadataGoneError } from './metadata-log.ts'
import { controllerRequests } from './requests.ts'

/** Where requests come out of the channel: a controller. */
export interface ChannelTarget {
  /** The response's bytes; null when this controller does not decide any more, or nobody knows whether it has. */
  handle(api: Api, version: number, request: unknown, context: ChannelContext): Promise<Buffer | null>
  /** Brings the image or, where `after` is not negative, the records behind that offset; then what is committed. */
  subscribe(listener: RecordsListener, after: number): Promise<() => void>
}

/** Brokers that ask for themselves. */
const anonymous: ChannelContext = { principal: anonymousPrincipal, clientId: '' }

interface Subscriber {
  readonly guard: Guard
  readonly deliver: RecordsListener
  /** Of the last record that it has had; −1 before the first. */
  offset: number
  end: () => void
}

/**
 * Controller and brokers in one process. Requests and responses still pass through their bytes, so that no side
 * holds an object of the other, and no member passes that the version does not carry.
 *
 * The channel outlives its controller: between one that has stopped and its successor, requests wait, as they do on a
 * Kafka broker that looks for the controller; after `awayMsMax` they are answered NOT_CONTROLLER, which clients try
 * again. A heartbeat does not wait, for it is worth nothing later. Subscribers go on from their offsets.
 */
export class InlineChannel implements ControllerChannel {
  readonly #clock: Clock
  readonly #lane: Lane
  readonly #awayMsMax: number
  readonly #subscribers = new Set<Subscriber>()
  readonly #waiting = new Set<Deferred<void>>()
  #target: ChannelTarget | null = null
  #closed = false

  constructor({ clock, awayMsMax }: { clock: Clock; awayMsMax: number }) {
    this.#clock = clock
    this.#lane = new Lane(clock)
    this.#awayMsMax = awayMsMax
  }

  /** Requests go to this controller from now on, once every subscriber has what it missed. */
  async connect(target: ChannelTarget): Promise<void> {
    for (const subscriber of this.#subscribers) await this.#attachAgain(subscriber, target)
    this.#target = target
    this.#wake()
  }

  /** This controller stops, or has failed. */
  disconnect(target: ChannelTarget): void {
    if (this.#target === target) this.#target = null
  }

  /** There will be no other controller: whoever waits is answered. */
  close(): void {
    this.#closed = true
    this.#target = null
    this.#wake()
  }

  async request<A extends Api>(
    api: A,
    version: number,
    request: Input<RequestOf<A>>,
    context = anonymous,
  ): Promise<ResponseOf<A>> {
    const asked = await this.#lane.done(throughBytes(api.request, version, request))
    const bytes = (await this.#ask(api, version, asked, context)) ?? refusal(api, version, asked)
    return this.#lane.done(api.response.decodeInSteps(new Reader(bytes), version))
  }

  async subscribe(listener: RecordsListener, guard: Guard): Promise<() => void> {
    const target = await this.#found(null, this.#clock.monotonic() + this.#awayMsMax)
    if (!target) throw new Error('the controller does not answer')
    const deliver: RecordsListener = (records) => guard(() => listener(records))
    const subscriber: Subscriber = { guard, deliver, offset: -1, end: () => {} }
    await attach(subscriber, target)
    this.#subscribers.add(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
      subscriber.end()
    }
  }

  /** A node that cannot be told what it missed stops, and begins anew with the image. */
  async #attachAgain(subscriber: Subscriber, target: ChannelTarget): Promise<void> {
    try {
      await attach(subscriber, target)
      // It has left meanwhile.
      if (!this.#subscribers.has(subscriber)) subscriber.end()
    } catch (error) {
      if (!(error instanceof MetadataGoneError)) throw error
      this.#subscribers.delete(subscriber)
      subscriber.guard(() => {
        throw error
      })
    }
  }

  async #ask(api: Api, version: number, asked: unknown, context: ChannelContext): Promise<Buffer | null> {
    const patienceMs = api.apiKey === BrokerHeartbeat.apiKey ? 0 : this.#awayMsMax
    const giveUpAt = this.#clock.monotonic() + patienceMs
    let last: ChannelTarget | null = null
    for (;;) {
      last = await this.#found(last, giveUpAt)
      if (!last) return null
      const bytes = await last.handle(api, version, asked, context)
      if (bytes) return bytes
    }
  }

  /** The controller, once it is another one than `last`; null when there is none in time. */
  async #found(last: ChannelTarget | null, giveUpAt: number): Promise<ChannelTarget | null> {
    for (;;) {
      if (this.#target && this.#target !== last) return this.#target
      const leftMs = giveUpAt - this.#clock.monotonic()
      if (this.#closed || leftMs <= 0) return null
      const changed = new Deferred<void>()
      this.#waiting.add(changed)
      await resolvedWithin(changed, this.#clock, leftMs)
      this.#waiting.delete(changed)
    }
  }

  #wake(): void {
    for (const waiting of this.#waiting) waiting.resolve()
  }
}

async function attach(subscriber: Subscriber, target: ChannelTarget): Promise<void> {
  const take: RecordsListener = (records) => {
    subscriber.offset = records.at(-1)?.offset ?? subscriber.offset
    subscriber.deliver(records)
  }
  subscriber.end()
  subscriber.end = await target.subscribe(take, subscriber.offset)
}

/** What the other side has of a message: whatever its version carries, and no object of ours. */
function* throughBytes<T>(message: Message<T>, version: number, value: Input<T>): Steps<T> {
  const writer = new Writer()
  yield* message.encodeInSteps(writer, version, value)
  return yield* message.decodeInSteps(new Reader(writer.finish()), version)
}

/** The answer's bytes where no controller decides. */
export function refusal(
  api: Api,
  version: number,
  asked: unknown,
  errorCode: number = ErrorCode.NOT_CONTROLLER,
): Buffer {
  const definition = controllerRequests.get(api.apiKey)
  assert(definition, `the controller does not serve ${api.name}`)
  const response = definition.refuse(asked, errorCode as ErrorCode, 'The controller does not answer.')
  return api.response.encodeToBuffer(version, response as never)
}
