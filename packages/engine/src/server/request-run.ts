import type { Input, ResponseOf } from '@sluice/wire'
import { isSteps, type Steps } from '../storage/slices.ts'
import { encodeAnswerInSteps } from './answer.ts'
import { tellsErrorsByItem } from './error-answer.ts'
import { endRequest } from './failed-request.ts'
import type { Handler, RequestContext } from './handler.ts'
import type { Reply } from './reply.ts'

/** One decoded request on its way: through its handler, then into the bytes of its answer, by the node's lane. */
export class RequestRun<Context extends RequestContext> {
  readonly #handler: Handler<Context>
  readonly #context: Context
  readonly #reply: Reply
  /** Null where it waits for others, and nobody needs to know any more what it has named. */
  #request: unknown
  readonly #isWanted = () => !this.#context.connection.closed
  readonly #failed = (error: unknown) => {
    endRequest(this.#handler.api, this.#request, this.#context, this.#reply, error)
  }

  /** Something of it is in memory: it is ended before another one is begun. */
  #isBegun: boolean

  constructor(handler: Handler<Context>, context: Context, reply: Reply, request: unknown, isBegun: boolean) {
    this.#handler = handler
    this.#context = context
    this.#reply = reply
    this.#request = request
    this.#isBegun = isBegun
  }

  start(): void {
    const handle = this.#handler.handle as NonNullable<Handler<Context>['handle']>
    let result: unknown
    try {
      result = handle(this.#request as never, this.#context)
    } catch (error) {
      this.#failed(error)
      return
    }
    this.#settle(result)
  }

  /** A promise may bring steps, and steps a promise. */
  #settle(result: unknown): void {
    if (isSteps(result)) this.#inLane(result, (value) => this.#settle(value))
    else if (result instanceof Promise) {
      const { guard } = this.#context.node
      const { api, parks } = this.#handler
      if (parks && !tellsErrorsByItem(api)) this.#request = null
      result.then(
        (value) => guard(() => this.#settle(value)),
        (error: unknown) => guard(() => this.#failed(error)),
      )
    } else this.#answer(result)
  }

  #answer(response: unknown): void {
    if (!this.#isWanted()) return
    const { api } = this.#handler
    const encoding = encodeAnswerInSteps(api, this.#context, response as Input<ResponseOf<typeof api>>)
    this.#inLane(encoding, (frame) => this.#reply.send(frame))
  }

  #inLane<T>(steps: Steps<T>, done: (value: T) => void): void {
    const isBegun = this.#isBegun
    this.#isBegun = true
    const isDone = this.#context.node.lane.run({
      steps: this.#context.during(steps),
      done,
      failed: this.#failed,
      isWanted: this.#isWanted,
      isBegun,
    })
    if (!isDone) this.#context.connection.lagsBehind()
  }
}
