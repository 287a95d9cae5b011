import { type Connection, throwOnError } from '@sluice/client'
import {
  ErrorCode,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  type ResponseOf,
  SyncGroup,
} from '@sluice/wire'

interface GroupMemberOptions {
  readonly groupId: string
  readonly groupInstanceId: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
}

/** A member of a classic group: one step a call, and the coordinator's answers as they are. */
export class GroupMember {
  readonly #connection: Connection
  readonly #options: GroupMemberOptions
  memberId = ''
  generationId = -1

  constructor(connection: Connection, options: GroupMemberOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** Joins again at once where the coordinator first gives an id (KIP-394). */
  async join(): Promise<ResponseOf<typeof JoinGroup>> {
    const answer = await this.#connection.request(JoinGroup, {
      ...this.#options,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    })
    if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = answer.memberId
      return this.join()
    }
    if (answer.errorCode === ErrorCode.NONE) {
      this.memberId = answer.memberId
      this.generationId = answer.generationId
    }
    return answer
  }

  sync(assignments: ReadonlyMap<string, Uint8Array>): Promise<ResponseOf<typeof SyncGroup>> {
    return this.#connection.request(SyncGroup, {
      ...this.#who,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [...assignments].map(([memberId, assignment]) => ({ memberId, assignment })),
    })
  }

  /** Gives the error code. */
  async heartbeat(): Promise<number> {
    return (await this.#connection.request(Heartbeat, this.#who)).errorCode
  }

  /** Gives the error code. */
  async leave(): Promise<number> {
    const { groupId, groupInstanceId } = this.#options
    const members = [{ memberId: this.memberId, groupInstanceId }]
    const answer = await this.#connection.request(LeaveGroup, { groupId, members })
    return answer.errorCode === ErrorCode.NONE ? (answer.members[0]?.errorCode ?? 0) : answer.errorCode
  }

  get #who() {
    const { groupId, groupInstanceId } = this.#options
    return { groupId, groupInstanceId, memberId: this.memberId, generationId: this.generationId }
  }
}

/** The broker that coordinates a group; throws KafkaError where there is none. */
export async function coordinatorOf(connection: Connection, groupId: string): Promise<number> {
  const answer = await connection.request(FindCoordinator, { keyType: 0, coordinatorKeys: [groupId] })
  throwOnError(answer.coordinators[0]?.errorCode ?? ErrorCode.COORDINATOR_NOT_AVAILABLE)
  return answer.coordinators[0]?.nodeId ?? -1
}
