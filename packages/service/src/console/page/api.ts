import type { Call } from './command.ts'
import { Failure } from './failure.ts'
import { type Credentials, signed } from './sign.ts'

interface ApiOptions {
  /** Null: nobody looks at signatures. */
  credentials: Credentials | null
  region: string
  /** Where it is: `http://127.0.0.1:9081`. */
  origin: string
}

const targets = {
  kinesis: { prefix: 'Kinesis_20131202', type: 'application/x-amz-json-1.1' },
  monitoring: { prefix: 'GraniteServiceVersion20100801', type: 'application/x-amz-json-1.0' },
} as const

/** The AWS API of the service, as any client has it. */
export class Api {
  readonly #options: ApiOptions

  constructor(options: ApiOptions) {
    this.#options = options
  }

  call<Answer>({ service, operation, input }: Call): Promise<Answer> {
    const { prefix, type } = targets[service]
    const headers = { 'content-type': type, 'x-amz-target': `${prefix}.${operation}` }
    return this.#send(service, { method: 'POST', path: '/', headers, body: JSON.stringify(input) })
  }

  /** A page of the service's own, which are the account's. */
  page<Answer>(path: string): Promise<Answer> {
    return this.#send('kafka', { method: 'GET', path, headers: {}, body: '' })
  }

  /** The same of a list of the MSK API that comes in parts, up to `countMax` items. */
  async pages<Item>(path: string, query: Query, member: string, countMax = 10_000): Promise<Item[]> {
    const items: Item[] = []
    for (let nextToken: string | undefined; ; ) {
      const text = queryText({ ...query, maxResults: '100', ...(nextToken !== undefined && { nextToken }) })
      const answer = await this.page<Record<string, unknown>>(path + text)
      items.push(...((answer[member] ?? []) as Item[]))
      if (typeof answer['nextToken'] !== 'string' || items.length >= countMax) return items
      nextToken = answer['nextToken']
    }
  }

  /** Pages of a list, one after the other, up to `countMax` items. */
  async all<Item>(call: Call, member: string, countMax = 10_000): Promise<Item[]> {
    const items: Item[] = []
    let { input } = call
    for (;;) {
      const answer = await this.call<Record<string, unknown>>({ ...call, input })
      items.push(...((answer[member] ?? []) as Item[]))
      const { NextToken: token } = answer
      if (typeof token !== 'string' || items.length >= countMax) return items
      // ListShards alone refuses what its token says already.
      input = { ...(call.operation === 'ListShards' ? {} : call.input), NextToken: token }
    }
  }

  async #send<Answer>(
    service: string,
    request: { method: string; path: string; headers: Record<string, string>; body: string },
  ): Promise<Answer> {
    const { credentials, region, origin } = this.#options
    const { method, path, body } = request
    const { host } = new URL(origin)
    const headers = credentials
      ? await signed({ ...request, host }, credentials, { region, service }, Date.now())
      : request.headers
    const answer = await fetch(origin + path, { method, headers, ...(body !== '' && { body }) }).catch(
      () => null,
    )
    if (!answer) throw new Failure('UNREACHABLE', 'The service does not answer.')
    const text = await answer.text()
    if (answer.ok) return (text === '' ? {} : JSON.parse(text)) as Answer
    throw failureIn(text, answer)
  }
}

type Query = Readonly<Record<string, string>>

/** As it is signed: sorted by name, and all encoded that is no letter, digit or one of `-._~`. */
export function queryText(query: Query): string {
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  const pairs = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.sort().join('&')}`
}

function failureIn(text: string, answer: Response): Failure {
  const named = answer.headers.get('x-amzn-errortype')
  try {
    const { message, Message, __type: type } = JSON.parse(text) as Record<string, string | undefined>
    const code = named ?? type?.replace(/^.*#/, '') ?? `HTTP ${answer.status}`
    return new Failure(code, message ?? Message ?? '')
  } catch {
    return new Failure(named ?? `HTTP ${answer.status}`, text.slice(0, 500))
  }
}
