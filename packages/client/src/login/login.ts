import { ErrorCode, SaslAuthenticate, SaslHandshake } from '@sluice/wire'
import type { Connection } from '../connection.ts'
import { KafkaError, throwOnError } from '../errors.ts'

/** A way to prove who one is (SASL), as a client goes it. */
export interface ClientLogin {
  /** As the wire has it: `SCRAM-SHA-512`. */
  readonly mechanism: string
  /** Begins one login at the broker of this host. */
  begin(host: string): LoginExchange
}

export interface LoginExchange {
  readonly first: Buffer
  /** Our answer to what the broker has said; null where there is nothing more to say. Throws LoginError. */
  next(challenge: Buffer): Buffer | null
}

/** The broker does not let this client in, or is not who it should be. */
export class LoginError extends Error {
  override name = 'LoginError'
}

/** Logs in on a connection that nothing else was asked on yet but its versions. */
export async function logIn(connection: Connection, login: ClientLogin): Promise<void> {
  const { mechanism } = login
  const { errorCode, mechanisms } = await connection.request(SaslHandshake, { mechanism })
  if (errorCode === ErrorCode.UNSUPPORTED_SASL_MECHANISM)
    throw new LoginError(
      `the broker has no ${mechanism}: it has ${mechanisms.join(', ') || 'no mechanism at all'}`,
    )
  // A listener where nobody logs in.
  if (errorCode === ErrorCode.ILLEGAL_SASL_STATE) throw new KafkaError(errorCode)
  throwOnError(errorCode)
  const exchange = login.begin(connection.host)
  for (let token: Buffer | null = exchange.first; token !== null; ) {
    const answer = await connection.request(SaslAuthenticate, { authBytes: token })
    if (answer.errorCode === ErrorCode.SASL_AUTHENTICATION_FAILED)
      throw new LoginError(answer.errorMessage ?? 'the broker gives no reason')
    throwOnError(answer.errorCode, answer.errorMessage)
    token = exchange.next(answer.authBytes)
  }
}
