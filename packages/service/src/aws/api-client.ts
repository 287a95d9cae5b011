import type { Clock } from '@sluice/effects'
import { addressOf } from '../fleet/engines/listeners.ts'
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

const targetPrefixes = { secretsmanager: 'secretsmanager', kinesis: 'Kinesis_20131202' } as const

/** One signed request of awsJson1_1 to one of these services. */
export function callJson(
  endpoint: Endpoint,
  clock: Clock,
  service: keyof typeof targetPrefixes,
  operation: string,
  body: object,
): Promise<unknown> {
  const scope = { ...endpoint.scope, service }
  const target = `${targetPrefixes[service]}.${operation}`
  return callApi({ ...endpoint, scope }, clock, { method: 'POST', path: '/', body, target })
}

/** One signed restJson1 request to our own endpoint, as any AWS tool would send it; answers the decoded body. */
export async function callApi(
  { host, port, credentials, scope }: Endpoint,
  clock: Clock,
  call: { method: string; path: string; body?: unknown; target?: string },
): Promise<unknown> {
  const at = addressOf({ host, port })
  const body = Buffer.from(call.body === undefined ? '' : JSON.stringify(call.body))
  const unsigned: HttpRequest = {
    method: call.method,
    target: call.path,
    headers: [['host', at]],
    body,
  }
  const headers = {
    host: at,
    ...new SigV4().sign(unsigned, credentials, scope, clock.now()),
    ...(body.length > 0 && { 'content-type': 'application/json' }),
    ...(call.target !== undefined && {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': call.target,
    }),
    'content-length': String(body.length),
  }
  const answer = await send({ host, port }, { ...unsigned, headers: Object.entries(headers) })
  const text = answer.body.toString('utf8')
  if (answer.status >= 200 && answer.status < 300) return text === '' ? {} : JSON.parse(text)
  const { type, message } = errorIn(text)
  throw new ApiError(
    answer.status,
    answer.headers['x-amzn-errortype'] ?? type ?? `HTTP ${answer.status}`,
    message,
  )
}

function errorIn(text: string): { type?: string; message: string } {
  try {
    const { message, __type: type } = JSON.parse(text) as { message?: unknown; __type?: string }
    if (typeof message === 'string') return { message, ...(type !== undefined && { type }) }
  } catch {
    // Not JSON: shown as it came.
  }
  return { message: text.slice(0, 500) }
}
