import type { Clock, Logger, Random } from '@sluice/effects'
import type { Clusters } from '../fleet/clusters/clusters.ts'
import { RestJsonCodec, type Shape } from './codec.ts'
import { AwsException, notImplemented } from './exceptions.ts'
import { type HttpListener, listen } from './http-listener.ts'
import { constrain } from './msk/constraints.ts'
import { type Handler, mskHandlers } from './msk/operations.ts'
import { type AwsRequest, type AwsResponse, splitTarget } from './request.ts'
import { exceptionResponse, okResponse, requestBytesMax, tooLarge } from './response.ts'
import { Router } from './router.ts'
import { parseServiceSchema, type ServiceSchema } from './schema.ts'
import * as kafka from './schemas/kafka.generated.ts'
import { type Credentials, type Scope, SigV4 } from './sigv4.ts'

export interface AwsServerOptions {
  clusters: Clusters
  clock: Clock
  random: Random
  logger: Logger
  credentials: readonly Credentials[]
  /** The region of every ARN, and the name that requests are signed for. */
  scope: Scope
  /** For development: any signature, and none, will do. */
  acceptAnySignature: boolean
  /** A page of our own beside AWS's operations: what `read` returns, as JSON. It is signed like the others. */
  report?: { path: string; read: () => unknown }
}

export interface AwsServer {
  /** Rejects with EADDRINUSE, … Port 0 takes any free one. */
  listen(address: { host: string; port: number }): Promise<HttpListener>
  /** One request without a port. */
  handle(request: AwsRequest): Promise<AwsResponse>
}

export function createAwsServer(options: AwsServerOptions): AwsServer {
  const endpoint = new Endpoint(options)
  return {
    handle: (request) => endpoint.handle(request),
    listen: (address) => listen((request) => endpoint.handle(request), address),
  }
}

class Endpoint {
  readonly #options: AwsServerOptions
  readonly #schema: ServiceSchema
  readonly #router: Router
  readonly #codec: RestJsonCodec
  readonly #handlers: ReadonlyMap<string, Handler>
  readonly #sigv4 = new SigV4()
  readonly #credentials: ReadonlyMap<string, Credentials>

  constructor(options: AwsServerOptions) {
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

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const { logger, random } = this.#options
    const requestId = random.uuid()
    // Not the query: it may hold a presigned request's token.
    const { path } = splitTarget(request.target)
    let response: AwsResponse
    try {
      response = await this.#answer(request, requestId)
    } catch (error) {
      if (!(error instanceof AwsException))
        logger.error('a bug stopped an AWS operation', { requestId, path, error })
      response = exceptionResponse(error)
    }
    response.headers['x-amzn-requestid'] = requestId
    logger.debug('aws request', { requestId, method: request.method, path, status: response.status })
    return response
  }

  /** The order of AWS: size, signature, route, input, operation. */
  async #answer(request: AwsRequest, requestId: string): Promise<AwsResponse> {
    const { acceptAnySignature, scope, clock, report } = this.#options
    if (request.body.length > requestBytesMax) throw tooLarge()
    if (!acceptAnySignature) this.#sigv4.verify(request, this.#credentials, scope, clock)
    const { path, query } = splitTarget(request.target)
    if (report && request.method === 'GET' && path === report.path)
      return okResponse(200, JSON.stringify(report.read()))
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
}
