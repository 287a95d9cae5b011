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
import type { SaslLogin } from './authentication/sasl-login.ts'
import type { Connection } from './connection.ts'
import { endRequest } from './failed-request.ts'
import type { Handler, HandleRaw, RequestContext, ServedApi, ServingNode } from './handler.ts'
import type { Reply } from './reply.ts'
import { versionsIn } from './releases.ts'
import { RequestRun } from './request-run.ts'

/** A node with all of its handlers. */
export interface Dispatching<Context extends RequestContext> extends ServingNode {
  readonly handlers: ReadonlyMap<number, Handler<Context>>
  contextOf(header: RequestHeader, connection: Connection): Context
}

/** From this size on a request is read in steps, and so is its answer written. */
const largeRequestBytesMin = 16_384
/** Of arrays, all together: a hundred times what clients send. As objects they take a few hundred megabytes. */
export const requestElementsMax = 1_000_000
/** Of a request that is read at once, in place: topics and partitions of a Produce. Clients send a few hundred. */
const rawRequestElementsMax = 10_000

/**
 * Reads the header, gates the version, runs the handler, and fills the reply. False: the connection must close.
 *
 * An unknown API and an unserved version close the connection, as on Apache Kafka; ApiVersions alone answers an
 * unknown version, so that a newer client learns what is served.
 */
export function dispatch<Context extends RequestContext>(
  frame: Buffer,
  start: number,
  end: number,
  connection: Connection,
  reply: Reply,
  node: Dispatching<Context>,
): boolean {
  const { login, isUnnamed } = connection.session
  if (isUnnamed)
    return refuse(
      node,
      connection,
      'no rule of ssl.principal.mapping.rules gives its client a name that it may have here',
    )
  if (login?.takesBareBytes) return takeBareBytes(frame.subarray(start, end), login, connection, reply, node)
  const reader = new Reader(frame, start, end)
  const header = headerOf(reader)
  if (!header) return refuse(node, connection, 'the header of a request cannot be read')
  const { requestApiKey, requestApiVersion: apiVersion, correlationId } = header
  const objection = login?.objectionTo(requestApiKey) ?? null
  if (objection !== null) return refuse(node, connection, objection)
  const handler = node.handlers.get(requestApiKey)
  const versions = handler && versionsIn(connection.session.release, handler)
  if (!handler || !versions) return refuse(node, connection, `API ${requestApiKey} is not served`)
  if (apiVersion < versions.minVersion || apiVersion > versions.maxVersion) {
    if (handler.api.apiKey !== ApiVersions.apiKey)
      return refuse(node, connection, `version ${apiVersion} of ${handler.api.name} is not served`)
    const response = {
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKeys: [{ apiKey: requestApiKey, ...rangeOf(versions) }],
    }
    reply.send(encodeResponseFrame(ApiVersions, 0, correlationId, response))
    return true
  }
  reply.countsAs(node.requests.of(handler.api))
  try {
    const context = node.contextOf(header, connection)
    context.begins(handler)
    if (handler.handleRaw) runRaw(handler.api, handler.handleRaw, reader, context, reply)
    else runDecoded(handler, reader, context, reply)
    context.rests()
    return true
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return refuse(node, connection, `${handler.api.name} v${apiVersion}: ${error.message}`)
  }
}

/** Version 0 of SaslHandshake is followed by frames that hold nothing but the mechanism's bytes, and so are answered. */
function takeBareBytes(
  token: Buffer,
  login: SaslLogin,
  connection: Connection,
  reply: Reply,
  { guard, logger }: ServingNode,
): boolean {
  login.authenticate(Buffer.from(token), connection.session.remoteAddress).then(
    ({ authBytes }) =>
      guard(() => {
        if (login.isRefused) {
          reply.sendNothing()
          connection.close('its login is refused')
          return
        }
        const size = Buffer.alloc(4)
        size.writeInt32BE(authBytes.length)
        reply.send(Buffer.concat([size, authBytes]))
      }),
    (error: unknown) =>
      guard(() => {
        logger.error('a login has failed', { connection: connection.id, error })
        connection.destroy('its login has failed')
      }),
  )
  return true
}

/** Of a handler that reads the bytes itself. */
export function runRaw<Context extends RequestContext>(
  api: Api,
  handleRaw: HandleRaw<Context>,
  body: Reader,
  context: Context,
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

function runDecoded<Context extends RequestContext>(
  handler: Handler<Context>,
  body: Reader,
  context: Context,
  reply: Reply,
): void {
  if (body.remaining < largeRequestBytesMin) {
    const request = handler.api.request.decode(body, context.apiVersion)
    begin(handler, context, reply, request)
    return
  }
  // What comes next on the socket overwrites the bytes.
  const copy = Buffer.from(body.buffer.subarray(body.position, body.end))
  const { connection, node } = context
  connection.keepsRequest(copy.length)
  connection.lagsBehind()
  const large = {
    bytes: copy.length,
    begin: () => node.guard(() => decodeLarge(handler, copy, context, reply, end)),
  }
  const end = () => {
    connection.keepsRequest(0)
    node.largeRequests.leave(large)
  }
  reply.onceEnded(end)
  node.largeRequests.enter(large)
}

function decodeLarge<Context extends RequestContext>(
  handler: Handler<Context>,
  copy: Buffer,
  context: Context,
  reply: Reply,
  end: () => void,
): void {
  const { connection, node } = context
  const body = new Reader(copy)
  body.elementsLeft = requestElementsMax
  let isInLane = true
  const decoding = function* () {
    try {
      return yield* handler.api.request.decodeInSteps(body, context.apiVersion)
    } finally {
      isInLane = false
      if (connection.closed) end()
    }
  }
  // The lane keeps the bytes until it comes to them, also where nobody wants the request any more.
  reply.onceEnded(() => {
    if (!isInLane) end()
  })
  node.lane.run({
    steps: context.during(decoding()),
    isWanted: () => !connection.closed,
    done: (request) => {
      // Others need not wait for what waits for others.
      if (handler.parks) end()
      begin(handler, context, reply, request, true)
    },
    failed: (error) => {
      if (!(error instanceof DecodeError)) throw error
      refuse(node, connection, error.message)
      reply.sendNothing()
      connection.close('the request cannot be served')
    },
  })
}

/** A decoded request goes to its handler. */
export function begin<Context extends RequestContext>(
  handler: Handler<Context>,
  context: Context,
  reply: Reply,
  request: unknown,
  isBegun = false,
): void {
  if (!handler.respond) {
    new RequestRun(handler, context, reply, request, isBegun).start()
    return
  }
  try {
    handler.respond(request as never, context, reply)
  } catch (error) {
    endRequest(handler.api, request, context, reply, error)
  }
}

function headerOf(reader: Reader): RequestHeader | null {
  try {
    return decodeRequestHeader(reader)
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

function rangeOf({ minVersion, maxVersion }: Pick<ServedApi, 'minVersion' | 'maxVersion'>) {
  return { minVersion, maxVersion }
}

function refuse(node: ServingNode, connection: Connection, reason: string): false {
  const { session, id } = connection
  node.refusals.tell('closing connection: bad request', session.remoteAddress, reason, { connection: id })
  return false
}
