/*
 * SaslHandshake, versions 0 and 1: the client of a SASL listener names its mechanism (KIP-43, KIP-152).
 *
 * - Before it nothing but ApiVersions is served, after it nothing but SaslAuthenticate, or bare bytes where version 0 was
 *   asked (server/authentication/sasl-login, server/dispatch).
 * - A mechanism that the listener has not is answered with 33 and the names of those it has, and the connection closes.
 * - On a session that will end it begins the login anew (KIP-368); on any other, and where that was done within the last
 *   second, it is answered with 34.
 * - A listener without SASL answers 34.
 */
import { ErrorCode, SaslHandshake } from '@sluice/wire'
import { handler } from '../handler.ts'

export const saslHandshake = handler(
  SaslHandshake,
  'none',
  ({ mechanism }, { session, apiVersion, connection }) => {
    const { login } = session
    if (!login) return { errorCode: ErrorCode.ILLEGAL_SASL_STATE, mechanisms: [] }
    const answer = login.handshake(mechanism, apiVersion, session.remoteAddress)
    if (login.isRefused) connection.close('it cannot log in this way')
    return answer
  },
  { isExempt: true },
)
