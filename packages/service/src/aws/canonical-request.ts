import { type HttpRequest, headerOf, splitTarget } from '../http/message.ts'
import { canonicalQuery, encode, queryPairs, sha256 } from '../iam/signature-v4.ts'
import { invalid } from './signature-exceptions.ts'

/** What a signature of version 4 is over: method, path, query, signed headers and the hash of the body, each in one spelling. */
export function canonicalRequest(request: HttpRequest, signedHeaders: string[], presigned: boolean): string {
  const { path, query } = splitTarget(request.target)
  const headers = signedHeaders.map((name) => `${name}:${canonicalValue(request, name)}\n`)
  return [
    request.method,
    canonicalPath(path),
    queryOf(query, presigned),
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

function queryOf(query: string, presigned: boolean): string {
  const pairs = queryPairs(query)
  if (!pairs) throw invalid('The query is not valid percent-encoding.')
  return canonicalQuery(presigned ? pairs.filter(([name]) => name !== 'X-Amz-Signature') : pairs)
}

function canonicalValue(request: HttpRequest, name: string): string {
  return (headerOf(request, name) ?? '').trim().replace(/\s+/g, ' ')
}
