/*
 * AWS Signature Version 4 by the browser's own cryptography, which there is on localhost and over HTTPS alone. The steps are in
 * the service's iam/signature-v4.ts, which is Node's and cannot come here.
 */

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

interface Unsigned {
  method: string
  /** Of plain segments, and with a query that is sorted and encoded already. */
  path: string
  host: string
  /** Beside `host`, in small letters; all are signed. */
  headers: Readonly<Record<string, string>>
  body: string
}

const algorithm = 'AWS4-HMAC-SHA256'
const encoder = new TextEncoder()

/** The headers that a request needs beside its own. */
export async function signed(
  request: Unsigned,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  scope: { region: string; service: string },
  nowMs: number,
): Promise<Record<string, string>> {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const added = {
    ...request.headers,
    'x-amz-date': time,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  }
  const all = Object.entries({ ...added, host: request.host }).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = all.map(([name]) => name).join(';')
  const [path = '', query = ''] = request.path.split('?')
  const canonical = [
    request.method,
    path.split('/').map(encodeURIComponent).join('/'),
    query,
    ...all.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, ' ')}`),
    '',
    names,
    hex(await sha256(request.body)),
  ].join('\n')
  const parts = [time.slice(0, 8), scope.region, scope.service, 'aws4_request']
  const text = [algorithm, time, parts.join('/'), hex(await sha256(canonical))].join('\n')
  let key: Uint8Array<ArrayBuffer> = encoder.encode(`AWS4${secretAccessKey}`)
  for (const part of [...parts, text]) key = await hmac(key, part)
  const authorization = `${algorithm} Credential=${accessKeyId}/${parts.join('/')}, SignedHeaders=${names}, Signature=${hex(key)}`
  return { ...added, authorization }
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))
}

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const usable = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', usable, encoder.encode(text)))
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
