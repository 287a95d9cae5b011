import { CreateDelegationToken, ErrorCode, type Input, type RequestOf, type ResponseOf } from '@sluice/wire'
import type { Steps } from '../../storage/slices.ts'
import { type AskingContext, asItIs, type Screened } from '../authorization.ts'
import { errorAnswer } from '../error-answer.ts'

const failure = {
  errorCode: ErrorCode.DELEGATION_TOKEN_AUTHORIZATION_FAILED,
  errorMessage: null,
}

/** A token for somebody else wants a right to that (KIP-373). */
export function* createDelegationTokenScreen(
  request: RequestOf<typeof CreateDelegationToken>,
  { session, apiVersion }: AskingContext,
): Steps<Screened<typeof CreateDelegationToken>> {
  yield
  const { ownerPrincipalType, ownerPrincipalName } = request
  const owner = ownerPrincipalName ? `${ownerPrincipalType ?? ''}:${ownerPrincipalName}` : session.principal
  if (owner === session.principal || session.permissions.allows('createTokens', 'user', owner))
    return asItIs(request)
  const answer = errorAnswer(CreateDelegationToken, apiVersion, request, failure)
  return { request: null, complete: () => answer as Input<ResponseOf<typeof CreateDelegationToken>> }
}
