import type { Clock } from '@sluice/effects'
import { send } from '../http/client.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Credentials } from '../iam/signature-v4.ts'
import { type Scope, SigV4 } from './sigv4.ts'

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
  { host, port, credentials, scope }: Endpoint,
  clock: Clock,
  call: { method: string; path: string; body?: unknown },
): Promise<unknown> {
  const body = Buffer.from(call.body === undefined ? '' : JSON.stringify(call.body))
  const unsigned: HttpRequest = {
    method: call.method,
    target: call.path,
    headers: [['host', `${host}:${port}`]],
    body,
  }
  const headers = {
    host: `${host}:${port}`,
    ...new SigV4().sign(unsigned, credentials, scope, clock.now()),
    ...(body.length > 0 && { 'content-type': 'application/json' }),
    'content-length': String(body.length),
  }
  const answer = await send({ host, port }, { ...unsigned, headers: Object.entries(headers) })
  const text = answer.body.toString('utf8')
  if (answer.status >= 200 && answer.status < 300) return text === '' ? {} : JSON.parse(text)
  throw new ApiError(
    answer.status,
    answer.headers['x-amzn-errortype'] ?? `HTTP ${answer.status}`,
    messageIn(text),
  )
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
