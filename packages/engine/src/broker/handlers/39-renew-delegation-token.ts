/*
 * RenewDelegationToken, versions 1 and 2: a token lasts longer; decided by the controller (controller/delegation-tokens) (KIP-48).
 *
 * - Sessions that are not known by a login or a certificate, or by a delegation token, are answered with 64.
 */
import { ErrorCode, RenewDelegationToken } from '@sluice/wire'
import { handler } from '../handler.ts'

export const renewDelegationToken = handler(
  RenewDelegationToken,
  'none',
  (request, { session, broker, apiVersion, asker }) => {
    if (!session.mayAskForTokens)
      return { errorCode: ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, expiryTimestampMs: -1 }
    return broker.controller.request(RenewDelegationToken, apiVersion, request, asker)
  },
)
