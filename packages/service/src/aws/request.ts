/** An HTTP request as the AWS surface sees it, with or without a port in front of it. */
export interface AwsRequest {
  method: string
  /** The request target as it was sent: raw path and query. */
  target: string
  /** In the order and spelling of the request; a name may come more than once. */
  headers: readonly (readonly [name: string, value: string])[]
  body: Buffer
}

export interface AwsResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** Values of a header, joined as HTTP joins them; undefined where it is absent. */
export function headerOf(request: AwsRequest, name: string): string | undefined {
  const values = request.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(',')
}

export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf('?')
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) }
}
