import type { Deferred } from '@sluice/effects'
import type { ErrorCode } from '@sluice/wire'
import type { GroupMetadata } from '../group-records.ts'
import { bytesOf, metadataByName, type Preferences } from './protocols.ts'

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

interface MemberFacts {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly protocols: Preferences
}

type RecordedMember = GroupMetadata['members'][number]

/** Absent in records of version 0, where one timeout served for both. */
function rebalanceTimeoutOf({ rebalanceTimeout, sessionTimeout }: RecordedMember): number {
  return rebalanceTimeout === -1 ? sessionTimeout : rebalanceTimeout
}

/** What a group counts of its members, so that it need not ask each of them. */
export interface MemberCounts {
  awaitingJoin: number
  supportersChanged(protocolName: string, by: number): void
  bytesChanged(by: number): void
}

/** A member of a classic group. `assignment` is hard state; the parked responses are soft. */
export class ClassicMember {
  memberId: string
  readonly groupInstanceId: string | null
  clientId: string
  clientHost: string
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  assignment: Buffer = Buffer.alloc(0)
  awaitingSync: Deferred<SyncResult> | null = null
  /** Until its first JoinGroup is answered, when it learns the id that its heartbeats need. */
  isNew = false
  /** Only the chosen one is recorded: after a failover it is all that is known. The group counts who supports what. */
  #protocols: Preferences
  #metadata: ReadonlyMap<string, Buffer>
  #awaitingJoin: Deferred<JoinResult> | null = null
  #group: MemberCounts | null = null

  constructor(facts: MemberFacts) {
    this.memberId = facts.memberId
    this.groupInstanceId = facts.groupInstanceId
    this.clientId = facts.clientId
    this.clientHost = facts.clientHost
    this.rebalanceTimeoutMs = facts.rebalanceTimeoutMs
    this.sessionTimeoutMs = facts.sessionTimeoutMs
    this.#protocols = facts.protocols
    this.#metadata = metadataByName(facts.protocols)
  }

  /** A member that nobody has heard of since its group was recorded. */
  static recorded(recorded: RecordedMember, protocol: string | null): ClassicMember {
    const member = new ClassicMember({
      ...recorded,
      rebalanceTimeoutMs: rebalanceTimeoutOf(recorded),
      sessionTimeoutMs: recorded.sessionTimeout,
      protocols: [],
    })
    member.replay(recorded, protocol)
    return member
  }

  /** Hard state, from a record; the protocols stay where they are what it says. */
  replay(recorded: RecordedMember, protocol: string | null): void {
    this.clientId = recorded.clientId
    this.clientHost = recorded.clientHost
    this.sessionTimeoutMs = recorded.sessionTimeout
    this.rebalanceTimeoutMs = rebalanceTimeoutOf(recorded)
    this.assignment = recorded.assignment
    if (protocol === null) this.prefer([])
    else if (!this.supports(protocol) || !this.metadata(protocol).equals(recorded.subscription))
      this.prefer([{ name: protocol, metadata: recorded.subscription }])
  }

  /** From now on the group counts what it is; null: it leaves. */
  belongTo(group: MemberCounts | null): void {
    this.#count(-1)
    this.#group = group
    this.#count(1)
  }

  get protocols(): Preferences {
    return this.#protocols
  }

  prefer(protocols: Preferences): void {
    this.#count(-1)
    this.#protocols = protocols
    this.#metadata = metadataByName(protocols)
    this.#count(1)
  }

  /** What it takes to remember what it has said of itself. */
  get bytes(): number {
    return bytesOf(this.#protocols)
  }

  get awaitsJoin(): boolean {
    return this.#awaitingJoin !== null
  }

  #count(by: 1 | -1): void {
    if (!this.#group) return
    this.#group.bytesChanged(by * this.bytes)
    for (const name of this.#metadata.keys()) this.#group.supportersChanged(name, by)
    if (this.#awaitingJoin) this.#group.awaitingJoin += by
  }

  #await(join: Deferred<JoinResult> | null): void {
    if (this.#group) this.#group.awaitingJoin += Number(join !== null) - Number(this.awaitsJoin)
    this.#awaitingJoin = join
  }

  /** KIP-345: its instance as it will be once the record of its return is replayed. */
  replacedBy(back: Pick<MemberFacts, 'memberId' | 'protocols' | 'rebalanceTimeoutMs' | 'sessionTimeoutMs'>) {
    const { memberId, protocols, rebalanceTimeoutMs, sessionTimeoutMs } = back
    const { groupInstanceId, clientId, clientHost } = this
    const member = new ClassicMember({
      memberId,
      groupInstanceId,
      clientId,
      clientHost,
      rebalanceTimeoutMs,
      sessionTimeoutMs,
      protocols,
    })
    member.assignment = this.assignment
    return member
  }

  /** A member whose request is parked is alive; only a new one is not given more than its time to join. */
  get isExcusedFromHeartbeat(): boolean {
    return !this.isNew && (this.awaitsJoin || this.awaitingSync !== null)
  }

  metadata(protocolName: string): Buffer {
    return this.#metadata.get(protocolName) ?? Buffer.alloc(0)
  }

  supports(protocolName: string): boolean {
    return this.#metadata.has(protocolName)
  }

  hasSameProtocols(protocols: Preferences): boolean {
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
    this.#awaitingJoin?.resolve(superseded)
    this.#await(join)
  }

  completeJoin(result: JoinResult): void {
    this.#awaitingJoin?.resolve(result)
    this.#await(null)
  }

  completeSync(result: SyncResult): void {
    this.awaitingSync?.resolve(result)
    this.awaitingSync = null
  }
}
