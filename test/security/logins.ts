import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** What a client of one mechanism sends, given what it is answered; returns after its last message. */
export type Login = Generator<Buffer, void, Buffer>

/** By these somebody can log in at the listener ANY, or, where it is not theirs, nobody can. */
export interface Secrets {
  readonly user: string
  readonly password: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** User and password are id and secret of a delegation token. */
  readonly isToken?: boolean
}

export const alicePassword = 'what-only-alice-knows'
export const iamRegion = 'eu-central-1'
export const accessKey = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'bG9uZyBhbmQgc2VjcmV0' }

const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
type ScramName = keyof typeof hashes

export const logins: Readonly<Record<string, (secrets: Secrets, nonce: string) => Login>> = {
  'SCRAM-SHA-256': (secrets, nonce) => scram('SCRAM-SHA-256', secrets, nonce),
  'SCRAM-SHA-512': (secrets, nonce) => scram('SCRAM-SHA-512', secrets, nonce),
  PLAIN: function* ({ user, password }) {
    yield Buffer.from(`\0${user}\0${password}`)
  },
  AWS_MSK_IAM: function* (secrets) {
    const host = '127.0.0.1'
    const small = Object.entries(presigned(host, secrets)).map(([name, value]) => [name.toLowerCase(), value])
    yield Buffer.from(
      JSON.stringify({ version: '2020_10_22', host, 'user-agent': 'test', ...Object.fromEntries(small) }),
    )
  },
  OAUTHBEARER: function* (secrets) {
    const host = `kafka.${iamRegion}.amazonaws.com`
    const url = `https://${host}/?${queryOf(presigned(host, secrets))}&User-Agent=test`
    const token = Buffer.from(url).toString('base64url')
    const answer = yield Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`)
    if (answer.length > 0) yield Buffer.from('\u0001')
  },
}

/** RFC 5802. */
function* scram(mechanism: ScramName, { user, password, isToken }: Secrets, clientNonce: string): Login {
  const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C')
  const bare = `n=${name},r=${clientNonce}${isToken ? ',tokenauth=true' : ''}`
  const challenge = (yield Buffer.from(`n,,${bare}`)).toString()
  yield Buffer.from(scramFinal(mechanism, password, bare, challenge))
}

/** The last message of a client, proof and all. */
export function scramFinal(mechanism: ScramName, password: string, bare: string, challenge: string): string {
  const hash = hashes[mechanism]
  const bytes = hash === 'sha512' ? 64 : 32
  const [, nonce = '', salt = '', iterations = '1'] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(challenge) ?? []
  const saltedPassword = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), bytes, hash)
  const clientKey = createHmac(hash, saltedPassword).update('Client Key').digest()
  const storedKey = createHash(hash).update(clientKey).digest()
  const withoutProof = `c=biws,r=${nonce}`
  const signature = createHmac(hash, storedKey).update(`${bare},${challenge},${withoutProof}`).digest()
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)))
  return `${withoutProof},p=${proof.toString('base64')}`
}

/** What AlterUserScramCredentials takes for a user. */
export function saltedUser(name: string, mechanism: ScramName, password: string, iterations = 4_096) {
  const salt = createHash('sha256').update(`${name} ${mechanism}`).digest()
  const hash = hashes[mechanism]
  const saltedPassword = pbkdf2Sync(password, salt, iterations, hash === 'sha512' ? 64 : 32, hash)
  return { name, mechanism: mechanism === 'SCRAM-SHA-256' ? 1 : 2, iterations, salt, saltedPassword }
}

/** The members of a request for `kafka-cluster:Connect` that is presigned (AWS Signature Version 4). */
function presigned(host: string, { accessKeyId, secretAccessKey }: Secrets): Record<string, string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = [time.slice(0, 8), iamRegion, 'kafka-cluster', 'aws4_request']
  const members: Record<string, string> = {
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': [accessKeyId, ...scope].join('/'),
    'X-Amz-Date': time,
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'host',
  }
  const canonical = ['GET', '/', queryOf(members), `host:${host}\n`, 'host', sha256('')].join('\n')
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n')
  const key = scope.reduce((under, part) => hmac(under, part), Buffer.from(`AWS4${secretAccessKey}`))
  return { ...members, 'X-Amz-Signature': hmac(key, text).toString('hex') }
}

function queryOf(members: Record<string, string>): string {
  return Object.entries(members)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
