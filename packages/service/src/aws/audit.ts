import type { Clock } from '@sluice/effects'
import type { KeyOwner } from '../iam/identities.ts'
import type { Decision } from '../iam/policy/decision.ts'

/** One call as the audit log tells it, under CloudTrail's names where it has them; nothing in it is secret. */
export interface AuditEntry {
  eventTime: string
  requestID: string
  eventSource: string | null
  eventName: string | null
  sourceIPAddress: string | null
  /** Null where nobody could be let in. */
  userIdentity: { type: string; arn: string; accountId: string; accessKeyId: string } | null
  resource: string | null
  /** Null where it did not come so far that the policies were asked. */
  decision: 'allow' | 'deny' | null
  /** The statement that decided, and its policy. */
  decidedBy: { policy: string; statement: string } | null
  /** The exception that the call ended with. */
  errorCode: string | null
}

/** Collects what is known of a call while it is answered, and then tells it. */
export class AuditedCall {
  readonly #entry: AuditEntry
  readonly #write: (entry: AuditEntry) => void

  constructor(
    write: (entry: AuditEntry) => void,
    clock: Clock,
    call: { requestId: string; sourceIp: string | undefined },
  ) {
    this.#write = write
    this.#entry = {
      eventTime: new Date(clock.now()).toISOString(),
      requestID: call.requestId,
      eventSource: null,
      eventName: null,
      sourceIPAddress: call.sourceIp ?? null,
      userIdentity: null,
      resource: null,
      decision: null,
      decidedBy: null,
      errorCode: null,
    }
  }

  comesFrom({ caller, accessKeyId }: KeyOwner): void {
    const { type, arn, account: accountId } = caller
    this.#entry.userIdentity = { type, arn, accountId, accessKeyId }
  }

  asks(service: string, operation: string): void {
    this.#entry.eventSource = `${service}.amazonaws.com`
    this.#entry.eventName = operation
  }

  judged(resource: string, { isAllowed, by }: Decision): void {
    this.#entry.resource = resource
    this.#entry.decision = isAllowed ? 'allow' : 'deny'
    this.#entry.decidedBy = by
  }

  ended(errorCode: string | null): void {
    this.#write({ ...this.#entry, errorCode })
  }
}
