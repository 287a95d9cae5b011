import { AssertionFailure } from '@sluice/effects'
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
import type { Connection } from './connection.ts'
import type { ConnectionSession } from './connection-session.ts'
import { endRequest } from './failed-request.ts'
import type { Handler, RequestContext } from './handler.ts'
import { RequestRun } from './request-run.ts'
import type { BrokerServices } from './services.ts'
import type { Reply } from './reply.ts'

/** A broker with all of its handlers. */
interface ServingBroker extends BrokerServices {
  readonly handlers: ReadonlyMap<number, Handler>
}

/** From this size on a request is read in steps, and so is its answer written. */
const largeRequestBytesMin = 16_384
/** Of arrays, all together: a hundred times what clients send. As objects they take a few hundred megabytes. */
const requestElementsMax = 1_000_000
/** Of requests that are read at once, in place: topics and partitions of a Produce or a Fetch. */
const rawRequestElementsMax = 100_000

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
  body.elementsLeft = rawRequestElementsMax
  try {
    handleRaw(body, context, reply)
  } catch (error) {
    if (error instanceof DecodeError || error instanceof AssertionFailure) throw error
    body.position = start
    body.elementsLeft = rawRequestElementsMax
    endRequest(api, api.request.decode(body, context.apiVersion), context, reply, error)
  }
}

function runDecoded(handler: Handler, body: Reader, context: RequestContext, reply: Reply): void {
  if (body.remaining < largeRequestBytesMin) {
    const request = handler.api.request.decode(body, context.apiVersion)
    new RequestRun(handler, context, reply, request).start()
    return
  }
  const { connection, broker } = context
  // What comes next on the socket overwrites the bytes.
  const copy = new Reader(Buffer.from(body.buffer.subarray(body.position, body.end)))
  copy.elementsLeft = requestElementsMax
  broker.lane.run({
    steps: handler.api.request.decodeInSteps(copy, context.apiVersion),
    isWanted: () => !connection.closed,
    done: (request) => new RequestRun(handler, context, reply, request).start(),
    failed: (error) => {
      if (!(error instanceof DecodeError)) throw error
      refuse(broker, connection, error.message)
      reply.sendNothing()
      connection.close('the request cannot be served')
    },
  })
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
