import {
  invalidCredentials,
  LoginRefused,
  type SaslExchange,
  type SaslMechanism,
  type SaslStep,
} from '../mechanism.ts'
import type { ValidateToken } from './validators.ts'
import { TokenRefused } from './web-token.ts'

/** What stands before the first separator: `n,a=somebody,`. */
const header = /^n,(?:a=(?<authorizationId>(?:[^=,]|=2C|=3D)+))?,$/
const separator = '\u0001'

/** A token that lets nobody in is answered in JSON, and refused when the client has heard that. */
const invalidToken = JSON.stringify({ status: 'invalid_token' })

/** Whoever bears a token is let in (KIP-255, KIP-768). */
export class OAuthBearer implements SaslMechanism {
  readonly name = 'OAUTHBEARER'
  readonly #validate: ValidateToken

  constructor(validate: ValidateToken) {
    this.#validate = validate
  }

  begin(): SaslExchange {
    return { evaluate: (message) => this.#evaluate(message.toString()) }
  }

  async #evaluate(message: string): Promise<SaslStep> {
    const { token, authorizationId } = tokenIn(message)
    const { name, expiresAtMs } = await this.#validate(token).catch((error: unknown) => {
      if (!(error instanceof TokenRefused)) throw error
      throw new LoginRefused(invalidToken, `a token: ${error.message}`, {
        challenge: Buffer.from(invalidToken),
      })
    })
    if (authorizationId !== undefined && authorizationId !== name)
      throw new LoginRefused(
        `Authentication failed: Client requested an authorization id (${authorizationId}) that is different from the token's principal name (${name})`,
      )
    return { reply: Buffer.alloc(0), done: { principal: `User:${name}`, expiresAtMs } }
  }
}

/** RFC 7628 as Apache Kafka reads it: a header, then pairs; each ends with a separator, and so does their list. */
function tokenIn(message: string): { token: string; authorizationId: string | undefined } {
  const [start = '', ...pairs] = message.split(separator)
  const head = header.exec(start)
  const end = pairs.splice(-2)
  const auth = pairs.filter((pair) => pair.startsWith('auth='))
  const token = /^auth=bearer +(?<token>[-\w.]+)$/i.exec(auth[0] ?? '')?.groups?.['token']
  const isWhole = end.join('|') === '|' && pairs.every((pair) => /^[A-Za-z]+=[\x21-\x7e \t\r\n]+$/.test(pair))
  if (!head || !isWhole || token === undefined || auth.length > 1)
    throw invalidCredentials('OAUTHBEARER', 'the message is not one of OAUTHBEARER')
  const authorizationId = head.groups?.['authorizationId']?.replaceAll('=2C', ',').replaceAll('=3D', '=')
  return { token, authorizationId }
}
