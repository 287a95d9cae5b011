/*
 * DescribeDelegationToken, versions 1 to 3: the tokens of these owners, or all, that the client may see, with their
 * secrets (KIP-48).
 *
 * - Anybody sees their own and those that they may renew; others by DESCRIBE of the token, or DESCRIBE_TOKENS of its owner.
 * - Sessions that are not known by a login or a certificate, or by a delegation token, or whose login says what they may do,
 *   are answered with 64, and all where there are no tokens (no delegation.token.secret.key) with 61.
 */
import { DescribeDelegationToken, ErrorCode } from '@sluice/wire'
import {
  type DelegationToken,
  DelegationTokens,
  principalParts,
  principalText,
  requesterParts,
} from '../../metadata/delegation-tokens.ts'
import type { ConnectionSession } from '../../server/connection-session.ts'
import { handler } from '../handler.ts'

export const describeDelegationToken = handler(
  DescribeDelegationToken,
  'none',
  function* ({ owners }, { session, broker, apiVersion }) {
    if (!session.mayAskForTokens)
      return { errorCode: ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, tokens: [] }
    const all = new DelegationTokens({ image: broker.metadata, config: broker.config })
    if (!all.isEnabled) return { errorCode: ErrorCode.DELEGATION_TOKEN_AUTH_DISABLED, tokens: [] }
    const wanted = owners && new Set(owners.map(principalText))
    const tokens = []
    for (const token of all.all()) {
      yield
      const isWanted = wanted === null || peopleOf(token).some((one) => wanted.has(one))
      if (isWanted && maySee(token, session))
        tokens.push(described(token, all.hmacOf(token.tokenId), apiVersion))
    }
    return { errorCode: ErrorCode.NONE, tokens }
  },
)

function peopleOf({ owner, requester, renewers }: DelegationToken): string[] {
  return [owner, requester, ...renewers]
}

function maySee(token: DelegationToken, { principal, permissions }: ConnectionSession): boolean {
  return (
    peopleOf(token).includes(principal) ||
    permissions.allows('describe', 'delegationToken', token.tokenId) ||
    permissions.allows('describeTokens', 'user', token.owner)
  )
}

function described(token: DelegationToken, hmac: Buffer, apiVersion: number) {
  return {
    ...principalParts(token.owner),
    ...requesterParts(token.requester, apiVersion),
    issueTimestamp: token.issueTimestamp,
    expiryTimestamp: token.expirationTimestamp,
    maxTimestamp: token.maxTimestamp,
    tokenId: token.tokenId,
    hmac,
    renewers: token.renewers.map(principalParts),
  }
}
