import {
  ErrorCode,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  type ResponseOf,
  SyncGroup,
} from '@sluice/wire'
import type { Connection } from './connection.ts'
import { KafkaError, throwOnError } from './errors.ts'

export interface GroupMemberOptions {
  groupId: string
  groupInstanceId?: string | null
  protocolType?: string
  /** In order of preference. Default: one, `range`, without metadata. */
  protocols?: readonly { name: string; metadata: Uint8Array }[]
  sessionTimeoutMs?: number
  rebalanceTimeoutMs?: number
}

export type JoinAnswer = ResponseOf<typeof JoinGroup>

/**
 * A member of a classic group over a connection to its coordinator. It does one step a call and gives the
 * broker's answers as they are, so that a test sees every error code; it never retries on its own, but for the
 * second join that MEMBER_ID_REQUIRED asks for.
 */
export class GroupMember {
  readonly #connection: Connection
  readonly #options: GroupMemberOptions
  memberId = ''
  generationId = -1
  protocolName: string | null = null
  /** Of the last join where this member leads, else empty. */
  members: JoinAnswer['members'] = []

  constructor(connection: Connection, options: GroupMemberOptions) {
    this.#connection = connection
    this.#options = options
  }

  get isLeader(): boolean {
    return this.members.length > 0
  }

  /** Resolves when the rebalance is complete. */
  async join(): Promise<JoinAnswer> {
    let answer = await this.#joinOnce()
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = answer.memberId
      answer = await this.#joinOnce()
    }
    if (answer.errorCode === ErrorCode.NONE) {
      this.memberId = answer.memberId
      this.generationId = answer.generationId
      this.protocolName = answer.protocolName
      this.members = answer.members
    }
    return answer
  }

  #joinOnce(): Promise<JoinAnswer> {
    const { groupId, groupInstanceId, protocolType, protocols } = this.#options
    return this.#connection.request(JoinGroup, {
      groupId,
      groupInstanceId: groupInstanceId ?? null,
      memberId: this.memberId,
      sessionTimeoutMs: this.#options.sessionTimeoutMs ?? 10_000,
      rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs ?? 10_000,
      protocolType: protocolType ?? 'consumer',
      protocols: protocols ?? [{ name: 'range', metadata: Buffer.alloc(0) }],
    })
  }

  /** The leader gives assignments by member id; the others none. */
  sync(assignments: ReadonlyMap<string, Uint8Array> = new Map()): Promise<ResponseOf<typeof SyncGroup>> {
    return this.#connection.request(SyncGroup, {
      groupId: this.#options.groupId,
      groupInstanceId: this.#options.groupInstanceId ?? null,
      generationId: this.generationId,
      memberId: this.memberId,
      protocolType: this.#options.protocolType ?? 'consumer',
      protocolName: this.protocolName,
      assignments: [...assignments].map(([memberId, assignment]) => ({ memberId, assignment })),
    })
  }

  /** Gives the error code: 0, or 27 while the group rebalances, … */
  async heartbeat(): Promise<number> {
    const answer = await this.#connection.request(Heartbeat, {
      groupId: this.#options.groupId,
      groupInstanceId: this.#options.groupInstanceId ?? null,
      generationId: this.generationId,
      memberId: this.memberId,
    })
    return answer.errorCode
  }

  /** Gives the error code for this member. */
  async leave(reason: string | null = null): Promise<number> {
    const version = await this.#connection.versionFor(LeaveGroup)
    const member = { memberId: this.memberId, groupInstanceId: this.#options.groupInstanceId ?? null, reason }
    const who = version < 3 ? { memberId: this.memberId } : { members: [member] }
    const answer = await this.#connection.send(LeaveGroup, version, {
      groupId: this.#options.groupId,
      ...who,
    })
    return answer.errorCode !== 0 ? answer.errorCode : (answer.members[0]?.errorCode ?? 0)
  }
}

export const CoordinatorType = { group: 0, transaction: 1, share: 2 } as const

/** Where the coordinator for a key lives; throws KafkaError where there is none. */
export async function findCoordinator(
  connection: Connection,
  key: string,
  keyType: number = CoordinatorType.group,
): Promise<{ nodeId: number; host: string; port: number }> {
  const version = await connection.versionFor(FindCoordinator)
  if (version < 4) {
    const answer = await connection.send(FindCoordinator, version, { key, keyType })
    throwOnError(answer.errorCode, answer.errorMessage)
    return { nodeId: answer.nodeId, host: answer.host, port: answer.port }
  }
  const { coordinators } = await connection.send(FindCoordinator, version, {
    coordinatorKeys: [key],
    keyType,
  })
  const [answer] = coordinators
  if (!answer) throw new KafkaError(ErrorCode.COORDINATOR_NOT_AVAILABLE)
  throwOnError(answer.errorCode, answer.errorMessage)
  return { nodeId: answer.nodeId, host: answer.host, port: answer.port }
}
