import {
  ApiVersions,
  DecodeError,
  decodeRequestHeader,
  ErrorCode,
  encodeResponseFrame,
  Reader,
  type Api,
  type RequestHeader,
} from '@sluice/wire'
import { encodeAnswer } from './answer.ts'
import { AssertionFailure } from '@sluice/effects'
import type { Connection } from './connection.ts'
import type { ConnectionSession } from './connection-session.ts'
import { endRequest } from './failed-request.ts'
import type { Handler, RequestContext } from './handler.ts'
import type { BrokerServices } from './services.ts'
import type { Reply } from './reply.ts'

/** A broker with all of its handlers. */
interface ServingBroker extends BrokerServices {
  readonly handlers: ReadonlyMap<number, Handler>
}

/**
 * Reads the header, gates the version, runs the handler, and fills the reply. False: the connection must close.
 *
 * An unknown API and an unserved version close the connection, as on Apache Kafka; ApiVersions alone answers an
 * unknown version, so that a newer client learns what is served.
 */
export function dispatch(
  frame: Buffer,
  start: number,
  end: number,
  connection: Connection,
  reply: Reply,
  broker: ServingBroker,
): boolean {
  const reader = new Reader(frame, start, end)
  const header = headerOf(reader)
  if (!header) return refuse(broker, connection, 'the header of a request cannot be read')
  const { requestApiKey, requestApiVersion: apiVersion, correlationId } = header
  const handler = broker.handlers.get(requestApiKey)
  if (!handler) return refuse(broker, connection, `API ${requestApiKey} is not served`)
  if (apiVersion < handler.minVersion || apiVersion > handler.maxVersion) {
    if (handler.api.apiKey !== ApiVersions.apiKey)
      return refuse(broker, connection, `version ${apiVersion} of ${handler.api.name} is not served`)
    const response = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [ownVersions(handler)] }
    reply.send(encodeResponseFrame(ApiVersions, 0, correlationId, response))
    return true
  }
  try {
    const context = new Context(apiVersion, correlationId, header.clientId, connection, broker)
    if (handler.handleRaw) runRaw(handler.api, handler.handleRaw, reader, context, reply)
    else runDecoded(handler, reader, context, reply)
    return true
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return refuse(broker, connection, `${handler.api.name} v${apiVersion}: ${error.message}`)
  }
}

class Context implements RequestContext {
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly connection: Connection
  readonly broker: BrokerServices

  constructor(
    apiVersion: number,
    correlationId: number,
    clientId: string | null,
    connection: Connection,
    broker: BrokerServices,
  ) {
    this.apiVersion = apiVersion
    this.correlationId = correlationId
    this.clientId = clientId
    this.connection = connection
    this.broker = broker
  }

  get session(): ConnectionSession {
    return this.connection.session
  }

  get throttleTimeMs(): number {
    return this.broker.throttleTimeMs(this.session)
  }

  get clientHost(): string {
    return `/${this.session.remoteAddress}`
  }
}

function runRaw(
  api: Api,
  handleRaw: NonNullable<Handler['handleRaw']>,
  body: Reader,
  context: RequestContext,
  reply: Reply,
): void {
  const start = body.position
  try {
    handleRaw(body, context, reply)
  } catch (error) {
    if (error instanceof DecodeError || error instanceof AssertionFailure) throw error
    body.position = start
    endRequest(api, api.request.decode(body, context.apiVersion), context, reply, error)
  }
}

function runDecoded(handler: Handler, body: Reader, context: RequestContext, reply: Reply): void {
  const { api } = handler
  const { connection, broker } = context
  const request = api.request.decode(body, context.apiVersion)
  const handle = handler.handle as NonNullable<Handler['handle']>
  const answer = (response: unknown) => {
    if (connection.closed) return
    let frame: Buffer
    try {
      frame = encodeAnswer(api, context, response as never)
    } catch (error) {
      endRequest(api, request, context, reply, error)
      return
    }
    reply.send(frame)
  }
  const failed = (error: unknown) => endRequest(api, request, context, reply, error)
  let result: unknown
  try {
    result = handle(request as never, context)
  } catch (error) {
    if (error instanceof DecodeError) throw error
    failed(error)
    return
  }
  if (!(result instanceof Promise)) answer(result)
  else
    result.then(
      (response) => broker.guard(() => answer(response)),
      (error: unknown) => broker.guard(() => failed(error)),
    )
}

function headerOf(reader: Reader): RequestHeader | null {
  try {
    return decodeRequestHeader(reader)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

function ownVersions(handler: Handler): { apiKey: number; minVersion: number; maxVersion: number } {
  return { apiKey: handler.api.apiKey, minVersion: handler.minVersion, maxVersion: handler.maxVersion }
}

function refuse(broker: BrokerServices, connection: Connection, reason: string): false {
  broker.logger.warn('closing connection: bad request', {
    connection: connection.id,
    client: connection.session.remoteAddress,
    reason,
  })
  return false
}
