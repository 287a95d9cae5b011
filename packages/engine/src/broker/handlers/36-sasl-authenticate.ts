/*
 * SaslAuthenticate, versions 0 to 2: bytes of a login to and fro (KIP-152).
 *
 * - A login that is refused is answered with 58, late (connection.failed.authentication.delay.ms), and the connection closes.
 * - Version 1 on says how long the session lasts (connections.max.reauth.ms, KIP-368).
 * - Where no login is under way it is answered with 34.
 */
import { ErrorCode, SaslAuthenticate } from '@sluice/wire'
import { handler } from '../handler.ts'

const notNow = {
  errorCode: ErrorCode.ILLEGAL_SASL_STATE,
  errorMessage: 'SaslAuthenticate request received after successful authentication',
  authBytes: Buffer.alloc(0),
}

export const saslAuthenticate = handler(
  SaslAuthenticate,
  'none',
  async ({ authBytes }, { session, connection }) => {
    const { login } = session
    if (!login?.isUnderWay) return notNow
    const answer = await login.authenticate(Buffer.from(authBytes), session.remoteAddress)
    if (login.isRefused) connection.close('its login is refused')
    return answer
  },
  { isExempt: true },
)
