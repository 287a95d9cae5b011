import { request as httpRequest } from 'node:http'
import type { Clock } from '@sluice/effects'
import type { AwsRequest } from './request.ts'
import { type Credentials, type Scope, SigV4 } from './sigv4.ts'

/** Where an endpoint is, and as whom to speak to it. */
export interface Endpoint {
  host: string
  port: number
  credentials: Credentials
  scope: Scope
}

/** What an endpoint answered with a status other than 2xx. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** AWS's name of the exception, where the answer carries one. */
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** One signed restJson1 request to our own endpoint, as any AWS tool would send it; answers the decoded body. */
export async function callApi(
  endpoint: Endpoint,
  clock: Clock,
  call: { method: string; path: string; body?: unknown },
): Promise<unknown> {
  const body = Buffer.from(call.body === undefined ? '' : JSON.stringify(call.body))
  const unsigned: AwsRequest = {
    method: call.method,
    target: call.path,
    headers: [['host', `${endpoint.host}:${endpoint.port}`]],
    body,
  }
  const headers = {
    host: `${endpoint.host}:${endpoint.port}`,
    ...new SigV4().sign(unsigned, endpoint.credentials, endpoint.scope, clock.now()),
    ...(body.length > 0 && { 'content-type': 'application/json' }),
    'content-length': String(body.length),
  }
  const { status, errorType, text } = await exchange(endpoint, call, headers, body)
  if (status >= 200 && status < 300) return text === '' ? {} : JSON.parse(text)
  throw new ApiError(status, errorType ?? `HTTP ${status}`, messageIn(text))
}

function exchange(
  { host, port }: Endpoint,
  { method, path }: { method: string; path: string },
  headers: Record<string, string>,
  body: Buffer,
): Promise<{ status: number; errorType: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    // No agent: a connection kept alive would keep the process and the server's close waiting.
    const request = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const errorType = response.headers['x-amzn-errortype']
        resolve({
          status: response.statusCode ?? 0,
          errorType: Array.isArray(errorType) ? errorType[0] : errorType,
          text: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Not JSON: shown as it came.
  }
  return text.slice(0, 500)
}
