import { createHash, timingSafeEqual } from 'node:crypto'
import { LoginRefused, type SaslExchange, type SaslMechanism } from './mechanism.ts'

/** User and password as they are (RFC 4616), by what the listener's JAAS login says of users. */
export class Plain implements SaslMechanism {
  readonly name = 'PLAIN'
  readonly #passwords: ReadonlyMap<string, string>

  constructor(jaas: ReadonlyMap<string, string>) {
    this.#passwords = plainUsers(jaas)
  }

  begin(): SaslExchange {
    return {
      evaluate: (token) => {
        const parts = token.toString().split('\0')
        const [authorizationId, user, password] = parts
        if (parts.length !== 3)
          throw new LoginRefused('Invalid SASL/PLAIN response: expected 3 tokens, got ' + parts.length)
        if (!user) throw new LoginRefused('Authentication failed: username not specified')
        if (!password) throw new LoginRefused('Authentication failed: password not specified')
        if (authorizationId !== '' && authorizationId !== user)
          throw new LoginRefused(
            'Authentication failed: Client requested an authorization id that is different from username',
          )
        if (!isSame(password, this.#passwords.get(user)))
          throw new LoginRefused('Authentication failed: Invalid username or password')
        return { reply: Buffer.alloc(0), done: { principal: `User:${user}`, expiresAtMs: null } }
      },
    }
  }
}

/** In constant time, whatever their lengths. */
function isSame(shown: string, known: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(shown), digest(known ?? '')) && known !== undefined
}

/** `… required user_alice="secret" user_bob="…";` */
function plainUsers(jaas: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...jaas].flatMap(([name, value]) => (name.startsWith('user_') ? [[name.slice(5), value]] : [])),
  )
}
