import { createHash } from 'node:crypto'
import { type HttpRequest, headerOf, splitTarget } from '../http/message.ts'
import { invalid } from './signature-exceptions.ts'

/** What a signature of version 4 is over: method, path, query, signed headers and the hash of the body, each in one spelling. */
export function canonicalRequest(request: HttpRequest, signedHeaders: string[], presigned: boolean): string {
  const { path, query } = splitTarget(request.target)
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(request, name)}\n`)
  return [
    request.method,
    canonicalPath(path),
    canonicalQuery(query, presigned),
    headers.join(''),
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n')
}

/** Every service but S3 encodes the path as it was sent once more, after `.` and `..` are resolved. */
function canonicalPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(encode(segment))
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`
}

function canonicalQuery(query: string, presigned: boolean): string {
  const pairs: string[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    if (presigned && name === 'X-Amz-Signature') continue
    pairs.push(`${encode(decode(name))}=${encode(decode(value))}`)
  }
  // '=' sorts after '-', '.' and digits, but names are compared before values.
  return pairs
    .map((pair) => ({ pair, key: pair.replace('=', '\u0000') }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ pair }) => pair)
    .join('&')
}

function canonicalValue(request: HttpRequest, name: string): string {
  return (headerOf(request, name) ?? '').trim().replace(/\s+/g, ' ')
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('The query is not valid percent-encoding.')
  }
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
