import { type ConnectRequest, ConnectRefused } from './connect-request.ts'
import { queryPairs } from './signature-v4.ts'

/** The host that tokens for clusters of a region are signed for, whatever broker they are shown to. */
export function tokenHost(region: string): string {
  return `kafka.${region}.amazonaws.com`
}

/**
 * The presigned request in a token of MSK's signers: its URL in base64url. The signer's `User-Agent` stands behind it,
 * not signed; the library for Java leaves the path away. Throws ConnectRefused where it is none.
 */
export function connectRequestOfToken(token: string): ConnectRequest {
  if (!/^[\w-]+={0,2}$/.test(token)) throw new ConnectRefused('the token is not base64url')
  const url = Buffer.from(token, 'base64url').toString()
  const { host, query } = /^https:\/\/(?<host>[^/?#]+)\/?\?(?<query>[^#]*)$/.exec(url)?.groups ?? {}
  if (host === undefined || query === undefined) throw new ConnectRefused('the token is no presigned URL')
  const pairs = queryPairs(query)
  if (!pairs) throw new ConnectRefused('the query of the token is not valid percent-encoding')
  return { host, members: pairs.filter(([name]) => name !== 'User-Agent') }
}
