import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

export const signedAtMs = Date.UTC(2026, 10, 28, 14, 0, 0)
export const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
export const region = 'us-east-1'
export const arn = 'arn:aws:iam::000000000000:root'

class Sha256 {
  readonly #hash
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret ? createHmac('sha256', secret) : createHash('sha256')
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.#hash.digest())
  }
}

interface Signing {
  host: string
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  region?: string
  service?: string
  action?: string
  expiresIn?: number
  atMs?: number
  more?: Record<string, string>
}

/** The members of a presigned request for `kafka-cluster:Connect`, by AWS's own signer. */
export async function presignedConnect(signing: Signing): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    credentials: signing.credentials ?? key,
    region: signing.region ?? region,
    service: signing.service ?? 'kafka-cluster',
    sha256: Sha256 as never,
    applyChecksum: false,
  })
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: signing.host,
    path: '/',
    headers: { host: signing.host },
    query: { Action: signing.action ?? 'kafka-cluster:Connect', ...signing.more },
  }
  const expiresIn = signing.expiresIn ?? 900
  const { query } = await signer.presign(request, {
    expiresIn,
    signingDate: new Date(signing.atMs ?? signedAtMs),
  })
  return query as Record<string, string>
}

/** As `AWS_MSK_IAM` has it. */
export function messageOf(host: string, members: Record<string, string>): Record<string, string> {
  const small = Object.entries(members).map(([name, value]) => [name.toLowerCase(), value])
  return { version: '2020_10_22', host, 'user-agent': 'test', ...Object.fromEntries(small) }
}

/** As `OAUTHBEARER` has it. */
export function tokenOf(
  host: string,
  members: Record<string, string>,
  suffix = '&User-Agent=test%2F1',
): string {
  const query = Object.entries(members).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return Buffer.from(`https://${host}/?${query.join('&')}${suffix}`).toString('base64url')
}
