import type { Deferred } from '@sluice/effects'
import type { ErrorCode } from '@sluice/wire'

export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinResult {
  readonly errorCode: ErrorCode
  readonly memberId: string
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  /** All members for the leader, who assigns; none for the others. */
  readonly members: { memberId: string; groupInstanceId: string | null; metadata: Buffer }[]
}

export interface SyncResult {
  readonly errorCode: ErrorCode
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Buffer
}

export function failedJoin(errorCode: ErrorCode, memberId: string): JoinResult {
  return {
    errorCode,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    members: [],
  }
}

export function failedSync(errorCode: ErrorCode): SyncResult {
  return { errorCode, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) }
}

export interface MemberFacts {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly protocols: readonly MemberProtocol[]
}

/** A member of a classic group. `assignment` is hard state; the parked responses are soft. */
export class ClassicMember {
  memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  /** In the member's order of preference. */
  protocols: readonly MemberProtocol[]
  assignment: Buffer = Buffer.alloc(0)
  awaitingJoin: Deferred<JoinResult> | null = null
  awaitingSync: Deferred<SyncResult> | null = null
  /** Until its first JoinGroup is answered, when it learns the id that its heartbeats need. */
  isNew = false

  constructor(facts: MemberFacts) {
    this.memberId = facts.memberId
    this.groupInstanceId = facts.groupInstanceId
    this.clientId = facts.clientId
    this.clientHost = facts.clientHost
    this.rebalanceTimeoutMs = facts.rebalanceTimeoutMs
    this.sessionTimeoutMs = facts.sessionTimeoutMs
    this.protocols = facts.protocols
  }

  /** A member whose request is parked is alive; only a new one is not given more than its time to join. */
  get isExcusedFromHeartbeat(): boolean {
    return !this.isNew && (this.awaitingJoin !== null || this.awaitingSync !== null)
  }

  /** What the member says under a protocol; empty where it does not support it. */
  metadata(protocolName: string): Buffer {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0)
  }

  supports(protocolName: string): boolean {
    return this.protocols.some(({ name }) => name === protocolName)
  }

  hasSameProtocols(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, i) => {
        const own = this.protocols[i]
        return own?.name === name && own.metadata.equals(metadata)
      })
    )
  }

  /** A second request of the same member takes the place; the first one's connection is told to come again. */
  park(join: Deferred<JoinResult>, superseded: JoinResult): void {
    this.awaitingJoin?.resolve(superseded)
    this.awaitingJoin = join
  }

  completeJoin(result: JoinResult): void {
    this.awaitingJoin?.resolve(result)
    this.awaitingJoin = null
  }

  completeSync(result: SyncResult): void {
    this.awaitingSync?.resolve(result)
    this.awaitingSync = null
  }
}
