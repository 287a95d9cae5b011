import {
  ApiVersions,
  DecodeError,
  ErrorCode,
  encodeResponseFrame,
  Reader,
  textFromBytes,
  type Api,
} from '@sluice/wire'
import { AssertionFailure } from '@sluice/effects'
import type { Connection } from './connection.ts'
import type { Handler, RequestContext } from './handler.ts'
import type { BrokerServices } from './services.ts'
import type { Reply } from './reply.ts'

/** API, version and correlation id: what every version of the header begins with. */
const requestHeaderBytesMin = 8

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
  broker: BrokerServices,
): boolean {
  if (end - start < requestHeaderBytesMin) return false
  const apiKey = frame.readInt16BE(start)
  const apiVersion = frame.readInt16BE(start + 2)
  const correlationId = frame.readInt32BE(start + 4)
  const handler = broker.handlers.get(apiKey)
  if (!handler) return refuse(broker, connection, `API ${apiKey} is not served`)
  if (apiVersion < handler.minVersion || apiVersion > handler.maxVersion) {
    if (handler.api.apiKey !== ApiVersions.apiKey)
      return refuse(broker, connection, `version ${apiVersion} of ${handler.api.name} is not served`)
    const response = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys: [ownVersions(handler)] }
    reply.send(encodeResponseFrame(ApiVersions, 0, correlationId, response))
    return true
  }
  try {
    const header = readHeader(frame, start + 8, end, handler.api.requestHeaderVersion(apiVersion))
    const context = new Context(apiVersion, correlationId, header.clientId, connection, broker)
    if (handler.handleRaw) handler.handleRaw({ buffer: frame, start: header.bodyAt, end }, context, reply)
    else runDecoded(handler, frame, header.bodyAt, end, context, reply)
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
  readonly principal = 'User:ANONYMOUS'

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

  get clientHost(): string {
    return `/${this.connection.socket.remoteAddress}`
  }
}

function runDecoded(
  handler: Handler,
  frame: Buffer,
  bodyAt: number,
  end: number,
  context: RequestContext,
  reply: Reply,
): void {
  const { api } = handler
  const request = api.request.decode(new Reader(frame, bodyAt, end), context.apiVersion)
  const handle = handler.handle as NonNullable<Handler['handle']>
  const answer = (response: unknown) => {
    if (context.connection.closed) return
    reply.send(encodeResponseFrame(api, context.apiVersion, context.correlationId, response as never))
  }
  const result = handle(request as never, context)
  if (!(result instanceof Promise)) {
    answer(result)
    return
  }
  result.then(answer).catch((error: unknown) => failed(api, context, error))
}

/** A handler's promise was rejected: a bug. The client gets no answer that could mean anything else. */
function failed(api: Api, context: RequestContext, error: unknown): void {
  if (error instanceof AssertionFailure) {
    context.broker.fail(error)
    return
  }
  context.broker.logger.error('request failed', { api: api.name, version: context.apiVersion, error })
  context.connection.destroy(`${api.name} failed`)
}

/** The client id is never compact, also not in the flexible header (kafka-messages, RequestHeader). */
function readHeader(
  frame: Buffer,
  at: number,
  end: number,
  headerVersion: number,
): { clientId: string | null; bodyAt: number } {
  let position = at
  let clientId: string | null = null
  if (headerVersion >= 1) {
    if (position + 2 > end) throw new DecodeError('the header ends before the client id')
    const length = frame.readInt16BE(position)
    position += 2
    if (length >= 0) {
      if (position + length > end) throw new DecodeError('the client id is longer than the request')
      clientId = textFromBytes(frame, position, length)
      position += length
    }
  }
  if (headerVersion >= 2) position = skipTaggedFields(frame, position, end)
  return { clientId, bodyAt: position }
}

function skipTaggedFields(frame: Buffer, at: number, end: number): number {
  // Nearly always empty: one zero byte.
  if (at < end && frame[at] === 0) return at + 1
  const reader = new Reader(frame, at, end)
  reader.skipTaggedFields()
  return reader.position
}

function ownVersions(handler: Handler): { apiKey: number; minVersion: number; maxVersion: number } {
  return { apiKey: handler.api.apiKey, minVersion: handler.minVersion, maxVersion: handler.maxVersion }
}

function refuse(broker: BrokerServices, connection: Connection, reason: string): false {
  broker.logger.warn('closing connection: bad request', {
    connection: connection.id,
    client: connection.socket.remoteAddress,
    reason,
  })
  return false
}
