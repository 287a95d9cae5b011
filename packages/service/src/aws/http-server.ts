import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock, Logger, Random } from '@sluice/effects'
import { RestJsonCodec, type Shape } from './codec.ts'
import { AwsException, notImplemented } from './exceptions.ts'
import { constrain } from './msk/constraints.ts'
import { type Handler, mskHandlers } from './msk/operations.ts'
import type { Services } from './msk/services.ts'
import { type AwsRequest, type AwsResponse, splitTarget } from './request.ts'
import { Router } from './router.ts'
import { parseServiceSchema, type ServiceSchema } from './schema.ts'
import * as kafka from './schemas/kafka.generated.ts'
import { type Credentials, SigV4 } from './sigv4.ts'

export interface AwsServerOptions {
  services: Services
  region: string
  credentials: readonly Credentials[]
  /** `accept-any` is for development: any signature, and none, will do. */
  signatures: 'verify' | 'accept-any'
  effects: { clock: Clock; random: Random; logger: Logger }
  /**
   * Answers what is none of AWS's, before signatures are looked at (a status page, say); undefined leaves the
   * request to AWS's routes.
   */
  local?: (request: AwsRequest) => AwsResponse | undefined
}

export interface AwsServer {
  /** Rejects with EADDRINUSE, … Port 0 takes any free one. */
  listen(address: {
    host: string
    port: number
  }): Promise<{ host: string; port: number; close(): Promise<void> }>
  /** One request without a port. */
  handle(request: AwsRequest): Promise<AwsResponse>
}

/** The longest request of the MSK model by far: a configuration in base64. */
export const requestBytesMax = 1_048_576
const headerBytesMax = 16_384
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
const keepAliveTimeoutMs = 60_000
const connectionsMax = 1_000
const signingName = 'kafka'

export function createAwsServer(options: AwsServerOptions): AwsServer {
  const endpoint = new Endpoint(options)
  return {
    handle: (request) => endpoint.handle(request),
    listen: (address) => listen(endpoint, address),
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
    this.#handlers = mskHandlers(options.services)
    this.#credentials = new Map(options.credentials.map((owner) => [owner.accessKeyId, owner]))
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const { logger, random } = this.#options.effects
    const requestId = random.uuid()
    const local = this.#options.local?.(request)
    if (local) return local
    let response: AwsResponse
    try {
      response = await this.#answer(request, requestId)
    } catch (error) {
      if (!(error instanceof AwsException))
        logger.error('a bug stopped an AWS operation', { requestId, target: request.target, error })
      response = exceptionResponse(error)
    }
    response.headers['x-amzn-requestid'] = requestId
    logger.debug('aws request', {
      requestId,
      method: request.method,
      target: request.target,
      status: response.status,
    })
    return response
  }

  /** The order of AWS: size, signature, route, input, operation. */
  async #answer(request: AwsRequest, requestId: string): Promise<AwsResponse> {
    const { clock } = this.#options.effects
    if (request.body.length > requestBytesMax) throw tooLarge()
    if (this.#options.signatures === 'verify') {
      const scope = { region: this.#options.region, service: signingName }
      this.#sigv4.verify(request, this.#credentials, scope, clock)
    }
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
    const body =
      operation.status === 204
        ? ''
        : operation.output
          ? this.#codec.encode(operation.output, output as Shape)
          : '{}'
    return { status: operation.status, headers: jsonHeaders(body), body }
  }
}

function exceptionResponse(error: unknown): AwsResponse {
  const known =
    error instanceof AwsException
      ? error
      : new AwsException(
          'InternalServerErrorException',
          500,
          'An internal error occurred. The log tells more.',
        )
  const body = JSON.stringify({
    ...(known.invalidParameter !== undefined && { invalidParameter: known.invalidParameter }),
    message: known.message,
  })
  return { status: known.status, headers: { ...jsonHeaders(body), 'x-amzn-errortype': known.name }, body }
}

function jsonHeaders(body: string): Record<string, string> {
  return body === '' ? {} : { 'content-type': 'application/json' }
}

function tooLarge(): AwsException {
  return new AwsException(
    'RequestEntityTooLargeException',
    413,
    `A request has at most ${requestBytesMax} bytes.`,
  )
}

function listen(
  endpoint: Endpoint,
  address: { host: string; port: number },
): Promise<{ host: string; port: number; close(): Promise<void> }> {
  const server = createServer(
    {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    (incoming, outgoing) => void serve(endpoint, incoming, outgoing),
  )
  server.maxConnections = connectionsMax
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...address, exclusive: true }, () => {
      server.off('error', reject)
      // Errors of accept must not end the process; the next one is tried anyway.
      server.on('error', () => {})
      const { port } = server.address() as AddressInfo
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed())
          server.closeIdleConnections()
        })
      resolve({ host: address.host, port, close })
    })
  })
}

async function serve(endpoint: Endpoint, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  let body: Buffer | null
  try {
    body = await readBody(incoming)
  } catch {
    // The client went away in the middle of its request.
    outgoing.destroy()
    return
  }
  const response =
    body === null ? exceptionResponse(tooLarge()) : await endpoint.handle(requestOf(incoming, body))
  // What is left of a body that is too long is not read: the connection ends with the answer.
  if (body === null) outgoing.setHeader('connection', 'close')
  const length = Buffer.byteLength(response.body)
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...(response.status !== 204 && { 'content-length': length }),
  })
  outgoing.end(response.body)
}

/** The whole body, or null when it is longer than a request may be. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  if (Number(incoming.headers['content-length'] ?? 0) > requestBytesMax) return null
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length
    if (length > requestBytesMax) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function requestOf(incoming: IncomingMessage, body: Buffer): AwsRequest {
  const headers: [string, string][] = []
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2)
    headers.push([incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? ''])
  return { method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers, body }
}
