import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { AwsException } from './exceptions.ts'
import type { AwsRequest, AwsResponse } from './request.ts'
import { exceptionResponse, requestBytesMax, tooLarge } from './response.ts'

export interface HttpListener {
  readonly host: string
  readonly port: number
  /** Stops accepting, lets requests under way end, closes every connection. */
  close(): Promise<void>
}

type Handle = (request: AwsRequest) => Promise<AwsResponse>

const headerBytesMax = 16_384
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
const keepAliveTimeoutMs = 60_000
const connectionsMax = 1_000

/** Puts a port in front of `handle`. */
export function listen(handle: Handle, address: { host: string; port: number }): Promise<HttpListener> {
  const answering = new Set<Promise<void>>()
  const server = createServer(
    {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
    },
    (incoming, outgoing) => void serve(handle, incoming, outgoing, answering),
  )
  server.maxConnections = connectionsMax
  server.on('clientError', refuseMalformed)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...address, exclusive: true }, () => {
      server.off('error', reject)
      // Errors of accept must not end the process; the next one is tried anyway.
      server.on('error', () => {})
      const { port } = server.address() as AddressInfo
      resolve({ host: address.host, port, close: () => close(server, answering) })
    })
  })
}

/** Requests that have arrived whole are answered; a client that is still sending is not waited for. */
async function close(server: Server, answering: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  await Promise.all(answering)
  server.closeAllConnections()
  await closed
}

/** What is not even HTTP, too slow, or has headers without end, is answered in AWS's shape all the same. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, reason] = malformed[error.code ?? ''] ?? [
    '400 Bad Request',
    'The request is not valid HTTP.',
  ]
  const { headers, body } = exceptionResponse(new AwsException('BadRequestException', 400, reason))
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': `${body.length}` })
  socket.end(
    `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
}

const malformed: Record<string, [status: string, reason: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The request headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
}

async function serve(
  handle: Handle,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answering: Set<Promise<void>>,
): Promise<void> {
  let body: Buffer | null
  try {
    body = await readBody(incoming)
  } catch {
    // The client went away in the middle of its request.
    outgoing.destroy()
    return
  }
  // What is left of a body that is too long is not read: the connection ends with the answer.
  if (body === null) outgoing.setHeader('connection', 'close')
  const sent = new Promise<void>((resolve) => outgoing.once('close', resolve))
  answering.add(sent)
  send(outgoing, body === null ? exceptionResponse(tooLarge()) : await handle(requestOf(incoming, body)))
  await sent
  answering.delete(sent)
}

function send(outgoing: ServerResponse, { status, headers, body }: AwsResponse): void {
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }
  outgoing.writeHead(status, { ...headers, ...length })
  outgoing.end(body)
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
