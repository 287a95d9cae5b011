import type { Clock, Guard, Logger } from '@sluice/effects'
import type { Api, Input, Reader, RequestHeader, RequestOf, ResponseOf } from '@sluice/wire'
import type { Authorizer } from '../authorizer/permissions.ts'
import type { ChannelContext } from '../metadata/controller-channel.ts'
import type { ClientQuotas } from '../quotas/client-quotas.ts'
import { type QuotaClient, quotaClient } from '../quotas/quota-limits.ts'
import type { Lane } from '../storage/lane.ts'
import type { Steps } from '../storage/slices.ts'
import type { Connection } from './connection.ts'
import type { ConnectionSession } from './connection-session.ts'
import type { LargeRequests } from './large-requests.ts'
import type { RefusalLog } from './refusal-log.ts'
import type { Reply } from './reply.ts'
import { RequestTime } from './request-time.ts'
import type { RequestFigures } from './request-figures.ts'

/** An API in the versions that are served. */
export interface ServedApi {
  readonly api: Api
  readonly minVersion: number
  readonly maxVersion: number
}

/** What the running of requests needs of the node that serves them. */
export interface ServingNode {
  readonly clock: Clock
  readonly logger: Logger
  /** Through it what comes later enters this node: a bug stops it, loudly. */
  readonly guard: Guard
  /** Where requests do what may take long. */
  readonly lane: Lane
  readonly largeRequests: LargeRequests
  readonly authorizer: Authorizer
  readonly requests: RequestFigures
  /** Where it is told who was not let in. */
  readonly refusals: RefusalLog
  /** Null where nobody is held to any. */
  readonly clientQuotas: ClientQuotas | null
  /** Commits what earlier requests of this socket read have staged. */
  commitStaged(): void
}

/** What a handler knows about the request beside its body. */
export class RequestContext<Node extends ServingNode = ServingNode> {
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly connection: Connection
  readonly node: Node
  /** Null where nobody wants to know. */
  #time: RequestTime | null = null
  #throttleTimeMs = 0

  constructor(header: RequestHeader, connection: Connection, node: Node) {
    this.apiVersion = header.requestApiVersion
    this.correlationId = header.correlationId
    this.clientId = header.clientId
    this.connection = connection
    this.node = node
  }

  get session(): ConnectionSession {
    return this.connection.session
  }

  /** Who asks, for the controller. */
  get asker(): ChannelContext {
    return { principal: this.session.principal, clientId: this.clientId ?? '' }
  }

  get quotaClient(): QuotaClient {
    return quotaClient(this.asker)
  }

  /** From now on it is under way. The time of some is no affair of their client's quotas. */
  begins({ isExempt }: { readonly isExempt?: boolean }): void {
    const quotas = this.node.clientQuotas
    if (!quotas || isExempt || !this.session.isKnown) return
    if (quotas.request.isSet) this.#time = new RequestTime(this.node.clock)
    if (quotas.cluster?.concerns(this.session.listener.name)) this.slowDown(quotas.cluster.asked())
  }

  /** It waits. */
  rests(): void {
    this.#time?.rest()
  }

  /** What is done for it meanwhile. */
  during<T>(steps: Steps<T>): Steps<T> {
    return this.#time ? this.#time.during(steps) : steps
  }

  /** Its client is over a quota: its answer says for how long, and nothing further of its connection is read until then. */
  slowDown(ms: number): void {
    if (ms <= this.#throttleTimeMs) return
    this.#throttleTimeMs = ms
    this.connection.mute(ms)
  }

  /**
   * Its answer is made now, and says for how long its client is slowed down, ms: what comes back. The controller may have
   * asked for some of that.
   */
  settle(askedMs = 0): number {
    if (askedMs > 0) this.slowDown(askedMs)
    const quota = this.#time && this.node.clientQuotas?.request
    // Of a second a hundredth is one per cent.
    if (quota) this.slowDown(quota.record(this.quotaClient, (this.#time?.busyMs ?? 0) / 10))
    this.#time = null
    return this.#throttleTimeMs
  }

  /** As Apache Kafka writes it: `/127.0.0.1`. */
  get clientHost(): string {
    return `/${this.session.remoteAddress}`
  }
}

/**
 * One API on the listeners of a node. The versions are the stable ones of the schema unless the handler serves fewer; the
 * API table, ApiVersions and the support page are built from this.
 */
export interface Handler<Context extends RequestContext> extends ServedApi {
  /**
   * The decoded request in, the response's members out, at once, by a promise or in steps: whatever grows with what the
   * request names, or with what is stored, is done in steps. Null when the request has no response.
   */
  readonly handle?: (request: never, context: Context) => Promise<unknown> | unknown
  /** It may wait for others as long as it likes. */
  readonly parks?: boolean
  /** The time that it takes is not counted: brokers ask for it, or whoever has yet to say who they are. */
  readonly isExempt?: boolean
  /**
   * Requests of this API may follow each other on a connection before they are answered; each of them is decided before
   * the next one is begun.
   */
  readonly pipelined?: boolean
  /** In place of `handle`, for the hot path. */
  readonly handleRaw?: HandleRaw<Context>
  /** In place of `handle`, where the answer is more than what the schema's encoder makes. */
  readonly respond?: (request: never, context: Context, reply: Reply) => void
}

/** Reads the body from the receive buffer, whose bytes are dead after the commit of this socket read; fills the reply. */
export type HandleRaw<Context> = (body: Reader, context: Context, reply: Reply) => void

/** Fills the reply of a decoded request. */
export type Respond<A extends Api, Context> = (request: RequestOf<A>, context: Context, reply: Reply) => void

type Later<R> = R | Promise<R | Steps<R>>
type Answer<R> = Later<R> | Steps<Later<R>>

export type Handle<A extends Api, Context> = (
  request: RequestOf<A>,
  context: Context,
) => Answer<Input<ResponseOf<A>>>
