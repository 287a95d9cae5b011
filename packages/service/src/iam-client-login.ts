import type { ClientLogin } from '@sluice/client'
import type { Clock } from '@sluice/effects'
import { tokenHost } from './iam/bearer-token.ts'
import { messageVersion } from './iam/msk-iam-message.ts'
import {
  algorithm,
  canonicalQuery,
  type Credentials,
  sha256,
  Signatures,
  timeOf,
} from './iam/signature-v4.ts'

/** MSK's signers presign for fifteen minutes. */
const lifetimeSeconds = 900

/** AWS_MSK_IAM from a client's side: one message, a presigned request for `kafka-cluster:Connect` at that host. */
export function iamLogin(credentials: Credentials, region: string, clock: Clock): ClientLogin {
  const begin = (host: string) => ({
    first: Buffer.from(JSON.stringify(connectMessage(host, credentials, region, clock.now()))),
    next: () => null,
  })
  return { mechanism: 'AWS_MSK_IAM', begin }
}

/** The same as a token of OAUTHBEARER, which is signed for the region and not for a broker. */
export function iamToken(credentials: Credentials, region: string, clock: Clock): string {
  const host = tokenHost(region)
  const members = presigned(host, credentials, region, clock.now())
  return Buffer.from(`https://${host}/?${canonicalQuery(members)}`).toString('base64url')
}

function connectMessage(host: string, credentials: Credentials, region: string, nowMs: number) {
  const members = presigned(host, credentials, region, nowMs)
  return {
    version: messageVersion,
    host,
    'user-agent': 'sluice',
    ...Object.fromEntries(members.map(([name, value]) => [name.toLowerCase(), value])),
  }
}

/** A request for `kafka-cluster:Connect` at the host, with its signature among its members. */
function presigned(
  host: string,
  credentials: Credentials,
  region: string,
  nowMs: number,
): [string, string][] {
  const time = timeOf(nowMs)
  const scope = { date: time.slice(0, 8), region, service: 'kafka-cluster' }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const members: [string, string][] = [
    ['Action', 'kafka-cluster:Connect'],
    ['X-Amz-Algorithm', algorithm],
    ['X-Amz-Credential', `${accessKeyId}/${scope.date}/${region}/${scope.service}/aws4_request`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(lifetimeSeconds)],
    ['X-Amz-SignedHeaders', 'host'],
    ...(sessionToken === undefined ? [] : [['X-Amz-Security-Token', sessionToken] as [string, string]]),
  ]
  const canonical = ['GET', '/', canonicalQuery(members), `host:${host}\n`, 'host', sha256('')].join('\n')
  const signature = new Signatures().of(canonical, { ...scope, time }, secretAccessKey)
  return [...members, ['X-Amz-Signature', signature]]
}
