import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import type { Random } from '@sluice/effects'
import { type ClientLogin, type LoginExchange, LoginError } from './login.ts'

const hashes = {
  'SCRAM-SHA-256': { hash: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { hash: 'sha512', bytes: 64 },
} as const

type ScramName = keyof typeof hashes

const nonceBytes = 24
/** No channel binding, nobody else's authority; its base64 is said again in the second message. */
const gs2Header = 'n,,'

/** What it is asked for makes it work: a broker that wants more than this means no good. */
const iterationsMax = 1_000_000

interface ScramOptions {
  readonly mechanism: ScramName
  readonly user: string
  readonly password: string
  readonly random: Random
}

/** SCRAM without channel binding (RFC 5802): neither side shows the password, and both prove that they know it. */
export function scramLogin(options: ScramOptions): ClientLogin {
  return { mechanism: options.mechanism, begin: () => exchangeOf(options) }
}

function exchangeOf({ mechanism, user, password, random }: ScramOptions): LoginExchange {
  const { hash, bytes } = hashes[mechanism]
  const nonce = Buffer.from(random.bytes(nonceBytes)).toString('base64url')
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  let expected: Buffer | null = null

  const prove = (challenge: string): Buffer => {
    const { r = '', s = '', i = '' } = attributesOf(challenge)
    const iterations = Number(i)
    if (!r.startsWith(nonce) || r === nonce || s === '' || !(iterations > 0 && iterations <= iterationsMax))
      throw new LoginError('what the broker answers is not SCRAM')
    const salted = pbkdf2Sync(password, Buffer.from(s, 'base64'), iterations, bytes, hash)
    const keyOf = (text: string) => createHmac(hash, salted).update(text).digest()
    const without = `c=${Buffer.from(gs2Header).toString('base64')},r=${r}`
    const signed = `${bare},${challenge},${without}`
    const clientKey = keyOf('Client Key')
    const stored = createHash(hash).update(clientKey).digest()
    const signature = createHmac(hash, stored).update(signed).digest()
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)))
    expected = createHmac(hash, keyOf('Server Key')).update(signed).digest()
    return Buffer.from(`${without},p=${proof.toString('base64')}`)
  }

  const check = (answer: string, own: Buffer): null => {
    const shown = Buffer.from(attributesOf(answer).v ?? '', 'base64')
    if (shown.length === own.length && timingSafeEqual(shown, own)) return null
    throw new LoginError('the broker does not prove that it knows the password')
  }

  return {
    first: Buffer.from(`${gs2Header}${bare}`),
    next: (challenge) => (expected ? check(challenge.toString(), expected) : prove(challenge.toString())),
  }
}

function attributesOf(message: string): Partial<Record<'r' | 's' | 'i' | 'v', string>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
