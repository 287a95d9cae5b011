import type { Api, Input, Reader, RequestOf, ResponseOf } from '@sluice/wire'
import type { Access } from './access.ts'
import type { BrokerServices, ServedApi } from './services.ts'
import type { Connection } from './connection.ts'
import type { ConnectionSession } from './connection-session.ts'
import type { Steps } from '../storage/slices.ts'
import type { Reply } from './reply.ts'

/** What a handler knows about the request beside its body. */
export interface RequestContext {
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  /** As Apache Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string
  readonly session: ConnectionSession
  /** How long its client is to be slowed down, ms: what its answer says. */
  readonly throttleTimeMs: number
  readonly connection: Connection
  readonly broker: BrokerServices
}

/**
 * One API on the broker's listeners. The versions are the stable ones of the schema unless the handler serves fewer; the
 * API table, ApiVersions and the support page are built from this.
 */
export interface Handler extends ServedApi {
  /** What its callers must be allowed. */
  readonly access: Access
  /** Listed by ApiVersions, yet every request is answered with an error: the support page does not count it. */
  readonly refuses?: boolean
  /**
   * The decoded request in, the response's members out, at once, by a promise or in steps: whatever grows with what the
   * request names, or with what is stored, is done in steps. Null when the request has no response.
   */
  readonly handle?: (request: never, context: RequestContext) => Promise<unknown> | unknown
  /** Requests of this API may follow each other on a connection before they are answered. */
  readonly pipelined?: boolean
  /** In place of `handle`, for the hot path. */
  readonly handleRaw?: HandleRaw
}

/** Reads the body from the receive buffer, whose bytes are dead after the commit of this socket read; fills the reply. */
type HandleRaw = (body: Reader, context: RequestContext, reply: Reply) => void

type Later<R> = R | Promise<R | Steps<R>>
type Answer<R> = Later<R> | Steps<Later<R>>

type Handle<A extends Api> = (request: RequestOf<A>, context: RequestContext) => Answer<Input<ResponseOf<A>>>

/** A handler of decoded requests; `max` where not every version of the schema is served. */
export function handler<A extends Api>(
  api: A,
  access: Access,
  handle: Handle<A>,
  options: { min?: number; max?: number; refuses?: boolean } = {},
): Handler {
  return {
    api,
    minVersion: options.min ?? api.minVersion,
    maxVersion: options.max ?? api.maxStableVersion,
    access,
    ...(options.refuses && { refuses: true }),
    handle: handle as Handler['handle'],
  }
}

/** A handler that reads the bytes itself. */
export function rawHandler(
  api: Api,
  access: Access,
  handleRaw: HandleRaw,
  options: { pipelined?: boolean } = {},
): Handler {
  return { api, minVersion: api.minVersion, maxVersion: api.maxStableVersion, access, ...options, handleRaw }
}
