import { type Api, Reader } from '@sluice/wire'
import { encodeAnswer } from './answer.ts'
import type { Connection } from './connection.ts'
import { begin, runRaw } from './dispatch.ts'
import { errorAnswer } from './error-answer.ts'
import type { Handler, HandleRaw, RequestContext } from './handler.ts'
import { Reply } from './reply.ts'

/** A request that has come, before anything is done about it. */
export interface ArrivedRequest {
  readonly nodeId: number
  readonly api: Api
  readonly version: number
  readonly clientId: string | null
  readonly connection: Pick<Connection, 'id' | 'session' | 'closed'>
  /** Decoded when it is asked for; valid until the interceptor has answered. */
  readonly request: unknown
  readonly topicNameOf: (topicId: string) => string | undefined
}

/** What is done about it in place of serving it. */
export type Interception =
  /** Its answer says so wherever it speaks of errors. */
  | { readonly kind: 'error'; readonly errorCode: number }
  /** It is served, so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is served, and its answer says that its client is to keep quiet so long. */
  | { readonly kind: 'throttle'; readonly ms: number }
  /** Its answer is left out, whatever comes after it on its connection; served or not. */
  | { readonly kind: 'drop'; readonly served: boolean }
  /** The connection closes in place of the answer; served or not. */
  | { readonly kind: 'disconnect'; readonly served: boolean }

/** Null: it is served as always. */
export type Interceptor = (arrived: ArrivedRequest) => Interception | null

interface Facts {
  readonly nodeId: number
  readonly topicNameOf: (topicId: string) => string | undefined
}

/**
 * Handlers behind which stands an interceptor. A node without one has the handlers themselves: nothing on the way of a
 * request knows that there could be one.
 */
export function intercepted<Context extends RequestContext>(
  handlers: ReadonlyMap<number, Handler<Context>>,
  interceptor: Interceptor,
  facts: Facts,
): ReadonlyMap<number, Handler<Context>> {
  return new Map(
    [...handlers].map(([key, handler]) => [
      key,
      handler.handleRaw ? rawBehind(handler, interceptor, facts) : decodedBehind(handler, interceptor, facts),
    ]),
  )
}

function decodedBehind<Context extends RequestContext>(
  handler: Handler<Context>,
  interceptor: Interceptor,
  facts: Facts,
): Handler<Context> {
  const respond = (request: unknown, context: Context, reply: Reply) => {
    const interception = interceptor({ ...factsOf(handler.api, context, facts), request })
    const serve = (into: Reply) => begin(handler, context, into, request)
    if (interception)
      carryOut(interception, { api: handler.api, context, reply, serve, request: () => request })
    else serve(reply)
  }
  return { ...handler, respond }
}

function rawBehind<Context extends RequestContext>(
  handler: Handler<Context>,
  interceptor: Interceptor,
  facts: Facts,
): Handler<Context> {
  const { api, handleRaw } = handler
  const inner = handleRaw as HandleRaw<Context>
  const behind = (body: Reader, context: Context, reply: Reply) => {
    const { buffer, position, end } = body
    const decoded = () => api.request.decode(new Reader(buffer, position, end), context.apiVersion)
    const interception = interceptor({
      ...factsOf(api, context, facts),
      get request() {
        return decoded()
      },
    })
    if (!interception) {
      inner(body, context, reply)
      return
    }
    // What comes next on the socket overwrites the bytes.
    const copy = Buffer.from(buffer.subarray(position, end))
    const serve = (into: Reply) => {
      runRaw(api, inner, new Reader(copy), context, into)
      context.node.commitStaged()
    }
    carryOut(interception, { api, context, reply, serve, request: decoded })
  }
  return { ...handler, handleRaw: behind }
}

function factsOf(api: Api, context: RequestContext, facts: Facts) {
  const { apiVersion: version, clientId, connection } = context
  return { ...facts, api, version, clientId, connection }
}

interface Intercepted {
  readonly api: Api
  readonly context: RequestContext
  readonly reply: Reply
  readonly serve: (reply: Reply) => void
  readonly request: () => unknown
}

function carryOut(interception: Interception, { api, context, reply, serve, request }: Intercepted): void {
  const { connection, node } = context
  const end = () => connection.destroy('a fault that is asked for')
  switch (interception.kind) {
    case 'error': {
      const failure = { errorCode: interception.errorCode, errorMessage: null }
      const answer = errorAnswer(api, context.apiVersion, request(), failure)
      if (answer === null) end()
      else reply.send(encodeAnswer(api, context, answer as never))
      return
    }
    case 'delay':
      connection.lagsBehind()
      node.clock.schedule(interception.ms, () => {
        if (!connection.closed) serve(reply)
      })
      return
    case 'throttle':
      context.slowDown(interception.ms)
      serve(reply)
      return
    case 'drop':
      if (interception.served) serve(unsent(() => reply.sendNothing()))
      else reply.sendNothing()
      return
    case 'disconnect':
      if (interception.served) serve(unsent(end))
      else end()
  }
}

/** An answer that nobody gets. */
function unsent(then: () => void): Reply {
  return new Reply((answer) => {
    answer.abandon()
    then()
  })
}
