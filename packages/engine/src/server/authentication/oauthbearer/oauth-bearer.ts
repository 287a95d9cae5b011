import { LoginRefused, type SaslExchange, type SaslMechanism, type SaslStep } from '../mechanism.ts'
import type { ValidateToken } from './validators.ts'
import { bearerMessage } from './bearer-message.ts'
import { TokenRefused } from './web-token.ts'

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
    const { token, authorizationId } = bearerMessage(message)
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
