/*
 * CreateDelegationToken, versions 1 to 3: decided by the controller (controller/delegation-tokens) (KIP-48).
 *
 * - Sessions that are not known by a login or a certificate, or by a delegation token, or whose login says what they may do,
 *   are answered with 64.
 * - A token for somebody else wants CREATE_TOKENS of that user (KIP-373), else it is answered with 65.
 */
import { CreateDelegationToken, ErrorCode } from '@sluice/wire'
import { principalParts, requesterParts } from '../../metadata/delegation-tokens.ts'
import { handler } from '../handler.ts'

export const createDelegationToken = handler(
  CreateDelegationToken,
  'none',
  (request, { session, broker, apiVersion, asker }) => {
    const { ownerPrincipalType, ownerPrincipalName, renewers } = request
    const requester = session.principal
    const owner = ownerPrincipalName ? `${ownerPrincipalType ?? ''}:${ownerPrincipalName}` : requester
    const refuse = (errorCode: number) => refusal(errorCode, owner, requesterParts(requester, apiVersion))
    if (!session.mayAskForTokens) return refuse(ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)
    if (owner !== requester && !session.permissions.allows('createTokens', 'user', owner))
      return refuse(ErrorCode.DELEGATION_TOKEN_AUTHORIZATION_FAILED)
    if (renewers.some(({ principalType }) => principalType !== 'User'))
      return refuse(ErrorCode.INVALID_PRINCIPAL_TYPE)
    return broker.controller.request(CreateDelegationToken, apiVersion, request, asker)
  },
)

function refusal(errorCode: number, owner: string, requester: ReturnType<typeof requesterParts>) {
  return {
    errorCode,
    ...principalParts(owner),
    ...requester,
    issueTimestampMs: -1,
    expiryTimestampMs: -1,
    maxTimestampMs: -1,
    tokenId: '',
    hmac: Buffer.alloc(0),
  }
}
