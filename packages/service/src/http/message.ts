/** What is known of an HTTP request before its body has arrived. */
export interface HttpHead {
  /** Of the client; undefined where there is no network between. */
  remoteAddress?: string | undefined
  /** Did it come by TLS? */
  isEncrypted?: boolean
  method: string
  /** The request target as it was sent: raw path and query. */
  target: string
  /** In the order and spelling of the request; a name may come more than once. */
  headers: readonly (readonly [name: string, value: string])[]
}

export interface HttpRequest extends HttpHead {
  body: Buffer
}

export interface HttpResponse {
  status: number
  headers: Record<string, string>
  body: Buffer
  /** What follows the body, piece by piece, as it comes; nobody knows its length. */
  rest?: AsyncIterable<Buffer>
}

/** Values of a header, joined as HTTP joins them; undefined where it is absent. */
export function headerOf(head: HttpHead, name: string): string | undefined {
  let joined: string | undefined
  for (const [key, value] of head.headers)
    if (key.length === name.length && key.toLowerCase() === name)
      joined = joined === undefined ? value : `${joined},${value}`
  return joined
}

export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf('?')
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) }
}
