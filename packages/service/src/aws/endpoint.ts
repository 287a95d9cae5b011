import type { Clock, Logger, Random } from '@sluice/effects'
import type { Clusters } from '../fleet/clusters/clusters.ts'
import { type HttpHead, type HttpRequest, type HttpResponse, splitTarget } from '../http/message.ts'
import type { Admission, Refusal, Surface, Verdict } from '../http/surface.ts'
import { RestJsonCodec, type Shape } from './codec.ts'
import { AwsException, notImplemented } from './exceptions.ts'
import { constrain } from './msk/constraints.ts'
import { type Handler, mskHandlers } from './msk/operations.ts'
import { exceptionResponse, okResponse } from './response.ts'
import { Router } from './router.ts'
import { parseServiceSchema, type ServiceSchema } from './schema.ts'
import * as kafka from './schemas/kafka.generated.ts'
import { type Credentials, type Scope, type Signed, SigV4 } from './sigv4.ts'

export interface AwsEndpointOptions {
  clusters: Clusters
  clock: Clock
  random: Random
  logger: Logger
  credentials: readonly Credentials[]
  /** The region of every ARN, and the name that requests are signed for. */
  scope: Scope
  /** For development: any signature, and none, will do. */
  acceptAnySignature: boolean
}

/** The longest request of the MSK model by far is a configuration in base64. */
export const requestBytesMax = 1_048_576

export class AwsEndpoint implements Surface {
  readonly #options: AwsEndpointOptions
  readonly #schema: ServiceSchema
  readonly #router: Router
  readonly #codec: RestJsonCodec
  readonly #handlers: ReadonlyMap<string, Handler>
  readonly #sigv4 = new SigV4()
  readonly #credentials: ReadonlyMap<string, Credentials>

  constructor(options: AwsEndpointOptions) {
    this.#options = options
    this.#schema = parseServiceSchema(kafka)
    this.#router = new Router(this.#schema.operations)
    this.#codec = new RestJsonCodec(this.#schema, constrain)
    this.#handlers = mskHandlers({
      clusters: options.clusters,
      configurations: options.clusters.configurations,
    })
    this.#credentials = new Map(options.credentials.map((owner) => [owner.accessKeyId, owner]))
  }

  admit(head: HttpHead): Verdict {
    const requestId = this.#options.random.uuid()
    return this.#guarded(head, requestId, {
      bodyBytesMax: requestBytesMax,
      answer: (body) => this.#perform({ ...head, body }, requestId),
    })
  }

  refuse(_head: HttpHead | null, { status, message }: Refusal): HttpResponse {
    const name = status === 413 ? 'RequestEntityTooLargeException' : 'BadRequestException'
    return exceptionResponse(new AwsException(name, status, message))
  }

  /** Lets only those requests through to `beyond` that AWS's operations would be open to. */
  guard(head: HttpHead, beyond: Admission): Verdict {
    return this.#guarded(head, this.#options.random.uuid(), beyond)
  }

  /** AWS looks at the signature before anything else. What is wrong without the body is refused before it is read. */
  #guarded(head: HttpHead, requestId: string, beyond: Admission): Verdict {
    const { acceptAnySignature, scope, clock } = this.#options
    const services = { region: scope.region, services: [scope.service] }
    let signed: Signed | undefined
    try {
      if (!acceptAnySignature) signed = this.#sigv4.verify(head, this.#credentials, services, clock)
    } catch (error) {
      return { refusal: this.#failure(head, requestId, error) }
    }
    const answer = (body: Buffer) =>
      this.#reported(head, requestId, () => {
        signed?.check(body)
        return beyond.answer(body)
      })
    return { ...beyond, answer }
  }

  async #perform(request: HttpRequest, requestId: string): Promise<HttpResponse> {
    const { path, query } = splitTarget(request.target)
    const match = this.#router.match(request.method, path)
    if (!match)
      throw new AwsException('UnknownOperationException', 404, 'No operation has this method and path.')
    const { operation, labels } = match
    const handler = this.#handlers.get(operation.name)
    if (!handler) throw notImplemented(operation.name)
    const input: Shape = operation.input
      ? this.#codec.decodeInput(operation.input, {
          body: request.body,
          labels,
          query: new URLSearchParams(query),
        })
      : {}
    const output = await handler(input as never, { requestId })
    if (operation.status === 204) return okResponse(204, '')
    return okResponse(
      operation.status,
      operation.output ? this.#codec.encode(operation.output, output as Shape) : '{}',
    )
  }

  async #reported(
    head: HttpHead,
    requestId: string,
    respond: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    try {
      const response = await respond()
      return this.#labelled(head, requestId, response)
    } catch (error) {
      return this.#failure(head, requestId, error)
    }
  }

  #failure(head: HttpHead, requestId: string, error: unknown): HttpResponse {
    const { path } = splitTarget(head.target)
    if (!(error instanceof AwsException))
      this.#options.logger.error('a bug stopped an AWS operation', { requestId, path, error })
    return this.#labelled(head, requestId, exceptionResponse(error))
  }

  #labelled(head: HttpHead, requestId: string, response: HttpResponse): HttpResponse {
    // Not the query: it may hold a presigned request's token.
    const { path } = splitTarget(head.target)
    this.#options.logger.debug('aws request', {
      requestId,
      method: head.method,
      path,
      status: response.status,
    })
    return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } }
  }
}
