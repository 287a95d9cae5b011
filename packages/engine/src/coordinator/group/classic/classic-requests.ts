import {
  type DescribeGroups,
  ErrorCode,
  type Heartbeat,
  type Input,
  type JoinGroup,
  type LeaveGroup,
  type RequestOf,
  type ResponseOf,
  type SyncGroup,
} from '@sluice/wire'
import { askedInSteps, byKeyInSteps } from '../../../storage/slices.ts'
import type { GroupCoordinatorConfig } from '../group-config.ts'
import type { GroupShard } from '../group-shard.ts'
import { asItIs, type GroupShards } from '../group-shards.ts'
import type { LeaveResult } from '../leaving.ts'
import { piecesOf } from '../pieces.ts'
import type { GroupRequestContext } from '../request-context.ts'
import { failedJoin, failedSync, type JoinResult, type SyncResult } from './classic-member.ts'

/** KIP-394: a dynamic member without id is given one and must come back with it. */
const knownMemberIdVersionMin = 4
/** KIP-814: a static leader that comes back may be told to keep the assignment. */
const skipAssignmentVersionMin = 9
/** KIP-559: SyncGroup names the protocol that the member follows. */
const protocolNameVersionMin = 5

/** Of a member: clients have a handful. */
const protocolsMax = 1_000

/** The classic protocol's requests: what needs no group's state is checked here. */
export class ClassicRequests {
  readonly #shards: GroupShards
  readonly #config: GroupCoordinatorConfig

  constructor(shards: GroupShards, config: GroupCoordinatorConfig) {
    this.#shards = shards
    this.#config = config
  }

  async join(context: GroupRequestContext, request: RequestOf<typeof JoinGroup>): Promise<JoinResult> {
    const { groupId, memberId, sessionTimeoutMs } = request
    if (groupId === '') return failedJoin(ErrorCode.INVALID_GROUP_ID, memberId)
    if (request.protocols.length > protocolsMax)
      return failedJoin(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId)
    const { sessionTimeoutMsMin, sessionTimeoutMsMax } = this.#config
    if (sessionTimeoutMs < sessionTimeoutMsMin || sessionTimeoutMs > sessionTimeoutMsMax)
      return failedJoin(ErrorCode.INVALID_SESSION_TIMEOUT, memberId)
    return this.#shards.write(
      'join-group',
      groupId,
      (shard) =>
        shard.classicJoin({
          ...request,
          clientId: context.clientId ?? '',
          clientHost: context.clientHost,
          // v0 has one timeout for both.
          rebalanceTimeoutMs: context.apiVersion === 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
          requireKnownMemberId: context.apiVersion >= knownMemberIdVersionMin,
          supportsSkippingAssignment: context.apiVersion >= skipAssignmentVersionMin,
        }),
      (error) => failedJoin(error, ''),
    )
  }

  async sync(context: GroupRequestContext, request: RequestOf<typeof SyncGroup>): Promise<SyncResult> {
    const { groupId, protocolType, protocolName } = request
    if (context.apiVersion >= protocolNameVersionMin && (protocolType === null || protocolName === null))
      return failedSync(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    if (groupId === '') return failedSync(ErrorCode.INVALID_GROUP_ID)
    const assignments = await this.#shards.lane.done(
      byKeyInSteps(request.assignments, ({ memberId }) => memberId),
    )
    const decide = (shard: GroupShard) => shard.classicSync({ ...request, assignments })
    return this.#shards.write('sync-group', groupId, decide, failedSync)
  }

  async heartbeat(request: RequestOf<typeof Heartbeat>): Promise<ErrorCode> {
    const { groupId } = request
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID
    return this.#shards.write(
      'heartbeat',
      groupId,
      (shard) => shard.classicHeartbeat(request),
      // While the group loads its members' sessions have not begun: nobody is late, nobody need join again.
      (error) => (error === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error),
    )
  }

  /** Up to v2 one member, of which a v3 list is made by the caller. */
  async leave(request: RequestOf<typeof LeaveGroup>): Promise<ErrorCode | LeaveResult[]> {
    const { groupId, members } = request
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID
    // In pieces: any number may be named.
    const pieces = members.length === 0 ? [members] : piecesOf(members)
    const leave = (piece: typeof members) =>
      this.#shards.write<ErrorCode | LeaveResult[]>(
        'leave-group',
        groupId,
        (shard) => shard.classicLeave(groupId, piece),
        asItIs,
      )
    const results = await this.#shards.lane.done(askedInSteps(pieces, leave))
    const failure = results.find((result) => typeof result === 'number')
    return failure ?? (results as LeaveResult[][]).flat()
  }

  describe(
    apiVersion: number,
    groupId: string,
  ): Promise<Input<ResponseOf<typeof DescribeGroups>['groups'][number]>> {
    return this.#shards.read<Input<ResponseOf<typeof DescribeGroups>['groups'][number]>>(
      'describe-groups',
      groupId,
      (shard) => shard.classicDescribe(groupId, apiVersion),
      (errorCode) => ({ groupId, errorCode }),
    )
  }
}
