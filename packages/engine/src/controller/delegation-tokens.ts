import type { Clock, Random } from '@sluice/effects'
import {
  CreateDelegationToken,
  DelegationTokenRecord,
  ErrorCode,
  ExpireDelegationToken,
  randomUuid,
  RemoveDelegationTokenRecord,
  RenewDelegationToken,
  type RequestOf,
  type ResponseOf,
} from '@sluice/wire'
import type { BrokerConfig } from '../metadata/configs.ts'
import {
  type DelegationToken,
  DelegationTokens,
  hasEnded,
  principalParts,
  principalText,
  requesterParts,
} from '../metadata/delegation-tokens.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'

type CreateRequest = RequestOf<typeof CreateDelegationToken>
type CreateResponse = ResponseOf<typeof CreateDelegationToken>
type RenewRequest = RequestOf<typeof RenewDelegationToken>
type ExpireRequest = RequestOf<typeof ExpireDelegationToken>
type ChangeResponse = ResponseOf<typeof RenewDelegationToken>

/** As many ended tokens are removed at a time. */
const removalsMax = 1_000

/** By a delegation token somebody logs in as its owner, who has given it to them (KIP-48, KIP-900). */
export class DelegationTokensManager {
  readonly #tokens: DelegationTokens
  readonly #clock: Clock
  readonly #random: Random
  readonly #lifetimeMsMax: number
  readonly #renewalMs: number

  constructor(options: { image: MetadataImage; config: BrokerConfig; clock: Clock; random: Random }) {
    const { config } = options
    this.#tokens = new DelegationTokens(options)
    this.#clock = options.clock
    this.#random = options.random
    this.#lifetimeMsMax = config.long('delegation.token.max.lifetime.ms')
    this.#renewalMs = config.long('delegation.token.expiry.time.ms')
  }

  create(request: CreateRequest, requester: string, version: number): Decision<CreateResponse> {
    const owner = request.ownerPrincipalName
      ? `${request.ownerPrincipalType ?? ''}:${request.ownerPrincipalName}`
      : requester
    const empty = {
      ...emptyAnswer(ErrorCode.NONE),
      ...principalParts(owner),
      ...requesterParts(requester, version),
    }
    const refuse = (errorCode: number) => ({ records: [], response: { ...empty, errorCode } })
    if (!this.#tokens.isEnabled) return refuse(ErrorCode.DELEGATION_TOKEN_AUTH_DISABLED)
    if (request.renewers.some(({ principalType }) => principalType !== 'User'))
      return refuse(ErrorCode.INVALID_PRINCIPAL_TYPE)
    const nowMs = this.#clock.now()
    const wantedMs = Number(request.maxLifetimeMs)
    const lifetimeMs = wantedMs > 0 ? Math.min(this.#lifetimeMsMax, wantedMs) : this.#lifetimeMsMax
    const token = {
      owner,
      requester,
      renewers: request.renewers.map(principalText),
      issueTimestamp: nowMs,
      maxTimestamp: nowMs + lifetimeMs,
      expirationTimestamp: nowMs + Math.min(lifetimeMs, this.#renewalMs),
      tokenId: randomUuid(this.#random),
    }
    return {
      records: [newRecord(DelegationTokenRecord, token)],
      response: {
        ...empty,
        issueTimestampMs: token.issueTimestamp,
        expiryTimestampMs: token.expirationTimestamp,
        maxTimestampMs: token.maxTimestamp,
        tokenId: token.tokenId,
        hmac: this.#tokens.hmacOf(token.tokenId),
      },
    }
  }

  renew({ hmac, renewPeriodMs }: RenewRequest, principal: string): Decision<ChangeResponse> {
    const token = this.#found(hmac)
    if (typeof token === 'number') return answered(token)
    const nowMs = this.#clock.now()
    if (hasEnded(token, nowMs)) return answered(ErrorCode.DELEGATION_TOKEN_EXPIRED)
    if (!mayChange(token, principal)) return answered(ErrorCode.DELEGATION_TOKEN_OWNER_MISMATCH)
    const wantedMs = Number(renewPeriodMs)
    return this.#until(token, nowMs + (wantedMs > 0 ? Math.min(this.#renewalMs, wantedMs) : this.#renewalMs))
  }

  /** A negative time removes it at once, even where it has ended. */
  expire({ hmac, expiryTimePeriodMs }: ExpireRequest, principal: string): Decision<ChangeResponse> {
    const token = this.#found(hmac)
    if (typeof token === 'number') return answered(token)
    if (!mayChange(token, principal)) return answered(ErrorCode.DELEGATION_TOKEN_OWNER_MISMATCH)
    const nowMs = this.#clock.now()
    const periodMs = Number(expiryTimePeriodMs)
    if (periodMs < 0) return answered(ErrorCode.NONE, nowMs, [removalOf(token)])
    if (hasEnded(token, nowMs)) return answered(ErrorCode.DELEGATION_TOKEN_EXPIRED)
    return this.#until(token, nowMs + periodMs)
  }

  /** Of those that have ended; more may be left. */
  removeEnded(): NewRecord[] {
    const nowMs = this.#clock.now()
    return [...this.#tokens.all()]
      .filter((token) => hasEnded(token, nowMs))
      .slice(0, removalsMax)
      .map(removalOf)
  }

  #until(token: DelegationToken, endsAtMs: number): Decision<ChangeResponse> {
    const expirationTimestamp = Math.min(Number(token.maxTimestamp), endsAtMs)
    const record = newRecord(DelegationTokenRecord, { ...token, expirationTimestamp })
    return answered(ErrorCode.NONE, expirationTimestamp, [record])
  }

  /** Or the error. */
  #found(hmac: Uint8Array): DelegationToken | number {
    if (!this.#tokens.isEnabled) return ErrorCode.DELEGATION_TOKEN_AUTH_DISABLED
    return this.#tokens.byHmac(Buffer.from(hmac)) ?? ErrorCode.DELEGATION_TOKEN_NOT_FOUND
  }
}

/** Its owner may, and those whom the owner has named; whoever has asked for it need not be one of them. */
function mayChange({ owner, renewers }: DelegationToken, principal: string): boolean {
  return owner === principal || renewers.includes(principal)
}

function removalOf({ tokenId }: DelegationToken): NewRecord {
  return newRecord(RemoveDelegationTokenRecord, { tokenId })
}

function answered(
  errorCode: number,
  expiryTimestampMs = 0,
  records: readonly NewRecord[] = [],
): Decision<ChangeResponse> {
  return { records, response: { errorCode, expiryTimestampMs, throttleTimeMs: 0 } }
}

function emptyAnswer(errorCode: number): CreateResponse {
  return {
    errorCode,
    principalType: '',
    principalName: '',
    tokenRequesterPrincipalType: '',
    tokenRequesterPrincipalName: '',
    issueTimestampMs: 0,
    expiryTimestampMs: 0,
    maxTimestampMs: 0,
    tokenId: '',
    hmac: Buffer.alloc(0),
    throttleTimeMs: 0,
  }
}

export const delegationTokenRequests: readonly ControllerRequest<DelegationTokensManager>[] = [
  controllerRequest({
    api: CreateDelegationToken,
    decide: (tokens: DelegationTokensManager, asked, { principal, version }) =>
      tokens.create(asked, principal, version),
    refuse: (_, errorCode) => emptyAnswer(errorCode),
  }),
  controllerRequest({
    api: RenewDelegationToken,
    decide: (tokens: DelegationTokensManager, asked, { principal }) => tokens.renew(asked, principal),
    refuse: (_, errorCode) => ({ errorCode, expiryTimestampMs: 0, throttleTimeMs: 0 }),
  }),
  controllerRequest({
    api: ExpireDelegationToken,
    decide: (tokens: DelegationTokensManager, asked, { principal }) => tokens.expire(asked, principal),
    refuse: (_, errorCode) => ({ errorCode, expiryTimestampMs: 0, throttleTimeMs: 0 }),
  }),
]
