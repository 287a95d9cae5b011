import { seededRandom, silentLogger, TestClock } from '@sluice/effects'
import {
  batchesIn,
  consumerOffsets,
  ErrorCode,
  type Heartbeat,
  type ConsumerGroupHeartbeat,
  type Input,
  type JoinGroup,
  type OffsetCommit,
  readRecords,
  type RequestOf,
  type SyncGroup,
  zeroUuid,
  type Int64,
} from '@sluice/wire'
import { atOnce } from '../../../storage/slices.ts'
import { MemoryCoordinatorLog } from '../../testing/memory-coordinator-log.ts'
import type { JoinResult } from '../classic/classic-member.ts'
import { MemberBytes } from '../member-bytes.ts'
import { GroupCoordinator } from '../group-coordinator.ts'
import { groupRecordCodec, type GroupRecord } from '../group-records.ts'
import type { GroupRequestContext } from '../request-context.ts'

const defaults: Record<string, number> = {
  'offsets.topic.num.partitions': 3,
  'group.min.session.timeout.ms': 100,
  'group.max.session.timeout.ms': 1_800_000,
  'group.max.size': 1_000,
  'group.initial.rebalance.delay.ms': 0,
  'offset.metadata.max.bytes': 4_096,
  'offsets.retention.minutes': 10_080,
  'offsets.retention.check.interval.ms': 600_000,
  'offsets.commit.timeout.ms': 5_000,
  'offsets.topic.compression.codec': 0,
  'group.consumer.max.size': 1_000,
  'group.consumer.regex.refresh.interval.ms': 600_000,
  'group.consumer.session.timeout.ms': 45_000,
  'group.consumer.min.session.timeout.ms': 45_000,
  'group.consumer.max.session.timeout.ms': 60_000,
  'group.consumer.heartbeat.interval.ms': 5_000,
  'group.consumer.min.heartbeat.interval.ms': 5_000,
  'group.consumer.max.heartbeat.interval.ms': 15_000,
  'group.consumer.assignment.interval.ms': 0,
  'group.consumer.min.assignment.interval.ms': 0,
  'group.consumer.max.assignment.interval.ms': 15_000,
}

/** `__consumer_offsets` in memory, which can also be looked into. */
export class GroupLog extends MemoryCoordinatorLog {
  records(): GroupRecord[] {
    return this.batches
      .flatMap(({ batch }) => [...batchesIn(batch)].flatMap(({ at }) => readRecords(batch, at)))
      .map(({ key, value }) => groupRecordCodec.decode(key as Buffer, value) as GroupRecord)
  }
}

/** What a promise has come to, without waiting for it. */
interface Pending<T> {
  readonly value: T | undefined
  readonly isSettled: boolean
}

export interface Topic {
  readonly name: string
  readonly topicId: string
  readonly partitions: number
  readonly racks?: readonly string[]
}

export const events: Topic = { name: 'events', topicId: 'chyLy7VFSqemP2m8TTSy3w', partitions: 3 }
export const orders: Topic = { name: 'orders', topicId: 'k3RO5_VdQ8u_L42rXFqH5Q', partitions: 1 }

/** What a member is told; undefined: nothing of its partitions. */
interface ConsumerAnswer {
  readonly errorCode: ErrorCode
  readonly errorMessage: string | null
  readonly memberId: string | null
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number | undefined
  /** Partitions by the names of topics. */
  readonly assigned: Record<string, number[]> | undefined
}

/** A group coordinator with everything real but time, randomness and the log. */
export class GroupTestContext {
  readonly clock = new TestClock()
  readonly log: GroupLog
  readonly groups: GroupCoordinator
  readonly topics = new Map([events, orders].map((topic) => [topic.name, topic]))
  /** Dynamic configs of groups. */
  readonly groupConfigs = new Map<string, Map<string, string>>()
  /** Changed with the topics. */
  metadataVersion = 1
  clientId = 'reader'
  /** So long takes each look at how many partitions a topic has. */
  lookMs = 0

  private constructor(
    config: Record<string, number | string>,
    log: GroupLog,
    seed: number,
    memberBytes: MemberBytes,
  ) {
    this.log = log
    const values: Record<string, number | string> = { ...defaults, ...config }
    const read = (name: string) => {
      const value = values[name]
      if (typeof value !== 'number') throw new Error(`the context has no ${name}`)
      return value
    }
    const lists: Record<string, string> = {
      'group.coordinator.rebalance.protocols': 'classic,consumer',
      'group.consumer.assignors': 'uniform,range',
    }
    this.groups = new GroupCoordinator({
      config: {
        int: read,
        long: read,
        string: (name) => String(values[name] ?? 'bidirectional'),
        list: (name) => String(values[name] ?? lists[name] ?? '').split(','),
      },
      groupConfigs: (groupId) => this.groupConfigs.get(groupId) ?? new Map(),
      clock: this.clock,
      random: seededRandom(seed),
      logger: silentLogger,
      log,
      memberBytes,
      topics: {
        idOf: (name) => this.topics.get(name)?.topicId,
        nameOf: (id) => this.#knownNameOf(id),
        partitionCount: (name) => {
          if (name === consumerOffsets.topic) return read('offsets.topic.num.partitions')
          this.clock.jump(this.lookMs)
          return this.topics.get(name)?.partitions
        },
        racks: (name) => this.topics.get(name)?.racks ?? [],
        names: () => this.topics.keys(),
        version: () => this.metadataVersion,
      },
    })
  }

  /** All partitions led and loaded. `log` and a later `seed` make it a restart. */
  static async start(
    options: {
      config?: Record<string, number | string>
      log?: GroupLog
      seed?: number
      memberBytes?: MemberBytes
    } = {},
  ): Promise<GroupTestContext> {
    const context = new GroupTestContext(
      options.config ?? {},
      options.log ?? new GroupLog(),
      options.seed ?? 1,
      options.memberBytes ?? new MemberBytes(),
    )
    for (const partition of [0, 1, 2]) await context.groups.load(partition)
    return context
  }

  /** Records that were appended since `fn` began, and what it gave. */
  async recording<T>(fn: () => Promise<T>): Promise<{ result: T; records: GroupRecord[]; batches: number }> {
    const before = this.log.records().length
    const batchesBefore = this.log.batches.length
    const result = await fn()
    await this.settle()
    return {
      result,
      records: this.log.records().slice(before),
      batches: this.log.batches.length - batchesBefore,
    }
  }

  /** Lets everything finish that needs no time. */
  settle(): Promise<void> {
    return this.clock.advance(0)
  }

  /** Starts a request that may park. */
  park<T>(promise: Promise<T>): Pending<T> {
    const pending: { value: T | undefined; isSettled: boolean } = { value: undefined, isSettled: false }
    void promise.then((value) => {
      pending.value = value
      pending.isSettled = true
      return value
    })
    return pending
  }

  /** Timers of no delay run at once; the promise settles when the join is answered. */
  async joinGroup(
    request: Input<RequestOf<typeof JoinGroup>> & { metadata?: Buffer; protocolNames?: string[] } = {},
    apiVersion = 9,
  ): Promise<JoinResult> {
    const { metadata = subscription(events.name), protocolNames = ['range'], ...rest } = request
    const full = {
      groupId: 'group',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 30_000,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: protocolNames.map((name) => ({ name, metadata })),
      reason: null,
      ...rest,
    }
    const who = { apiVersion, clientId: this.clientId, clientHost: '/127.0.0.1' }
    const answered = this.groups.classic.join(who, full as RequestOf<typeof JoinGroup>)
    await this.settle()
    return answered
  }

  /** A dynamic member the modern way: it asks for an id, then joins. */
  async joinAsNewMember(request: Parameters<GroupTestContext['joinGroup']>[0] = {}): Promise<JoinResult> {
    const { memberId } = await this.joinGroup(request)
    return this.joinGroup({ ...request, memberId })
  }

  /** A member of the consumer protocol; the answer comes once its records are committed. */
  async consumerHeartbeat(
    request: Input<RequestOf<typeof ConsumerGroupHeartbeat>> = {},
    apiVersion = 1,
    maySee: (topic: string) => boolean = () => true,
  ): Promise<ConsumerAnswer> {
    const full = {
      groupId: 'group',
      memberId: 'member',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
      ...request,
    }
    const who = { apiVersion, clientId: this.clientId, clientHost: '/127.0.0.1' }
    const answered = this.groups.consumerGroupHeartbeat(
      who,
      full as RequestOf<typeof ConsumerGroupHeartbeat>,
      maySee,
    )
    await this.settle()
    const { errorCode = 0, errorMessage = null, memberId = null, memberEpoch = 0, ...rest } = await answered
    const topics = rest.assignment?.topicPartitions
    const assigned =
      topics &&
      Object.fromEntries(
        topics.map(({ topicId = '', partitions = [] }) => [
          this.#nameOf(topicId),
          [...partitions].sort((a, b) => a - b),
        ]),
      )
    return {
      errorCode: errorCode as ErrorCode,
      errorMessage,
      memberId,
      memberEpoch,
      heartbeatIntervalMs: rest.heartbeatIntervalMs,
      assigned,
    }
  }

  #nameOf(id: string): string {
    return this.#knownNameOf(id) ?? id
  }

  #knownNameOf(id: string): string | undefined {
    for (const { name, topicId } of this.topics.values()) if (topicId === id) return name
    return undefined
  }

  /** A member joins, of these topics. */
  consumerJoin(memberId: string, request: Input<RequestOf<typeof ConsumerGroupHeartbeat>> = {}) {
    return this.consumerHeartbeat({
      memberId,
      rebalanceTimeoutMs: 30_000,
      subscribedTopicNames: [events.name],
      topicPartitions: [],
      ...request,
    })
  }

  syncGroup(
    member: { memberId: string; generationId: number },
    assignments: Record<string, string> = {},
    request: Input<RequestOf<typeof SyncGroup>> = {},
    apiVersion = 5,
  ) {
    const full = {
      groupId: 'group',
      generationId: member.generationId,
      memberId: member.memberId,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: Object.entries(assignments).map(([memberId, text]) => ({
        memberId,
        assignment: Buffer.from(text),
      })),
      ...request,
    }
    const who = { apiVersion, clientId: this.clientId, clientHost: '/127.0.0.1' }
    return this.groups.classic.sync(who, full as RequestOf<typeof SyncGroup>)
  }

  heartbeat(
    member: { memberId: string; generationId: number },
    request: Input<RequestOf<typeof Heartbeat>> = {},
  ): Promise<ErrorCode> {
    return this.groups.classic.heartbeat({
      groupId: 'group',
      generationId: member.generationId,
      memberId: member.memberId,
      groupInstanceId: null,
      ...request,
    })
  }

  leaveGroup(...members: { memberId?: string; groupInstanceId?: string | null }[]) {
    return this.groups.classic.leave({
      groupId: 'group',
      memberId: '',
      members: members.map((each) => ({ memberId: '', groupInstanceId: null, reason: null, ...each })),
    })
  }

  /** One partition of `events` unless told otherwise; gives that partition's error code. */
  async commit(
    request: Input<RequestOf<typeof OffsetCommit>> & {
      topic?: Topic
      partition?: number
      offset?: number
      metadata?: string | null
      /** When it has been looked at, and nothing is decided. */
      meanwhile?: () => Promise<void> | void
    } = {},
    apiVersion = 9,
  ): Promise<ErrorCode | undefined> {
    const { topic = events, partition = 0, offset = 7, metadata = 'a note', meanwhile, ...rest } = request
    const full = {
      groupId: 'group',
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [
        {
          name: apiVersion >= 10 ? '' : topic.name,
          topicId: apiVersion >= 10 ? topic.topicId : zeroUuid,
          partitions: [
            {
              partitionIndex: partition,
              committedOffset: offset,
              committedLeaderEpoch: 0,
              committedMetadata: metadata,
            },
          ],
        },
      ],
      ...rest,
    }
    const who = { apiVersion, clientId: this.clientId, clientHost: '/127.0.0.1' }
    const topics = await this.commitTopics(who, full as RequestOf<typeof OffsetCommit>, meanwhile)
    return topics[0]?.partitions[0]?.errorCode
  }

  async commitTopics(
    who: GroupRequestContext,
    request: RequestOf<typeof OffsetCommit>,
    meanwhile?: () => Promise<void> | void,
  ) {
    const commit = this.groups.offsets.commit(who, request)
    if (meanwhile) {
      commit.next()
      await meanwhile()
    }
    return atOnce(await atOnce(commit))
  }

  async fetch(topic: Topic = events, partition = 0, groupId = 'group'): Promise<Int64 | undefined> {
    const topics = [{ name: topic.name, topicId: zeroUuid, partitionIndexes: [partition] }]
    const fetched = await this.groups.offsets.fetch(9, { groupId, topics }, false)
    return fetched.topics[0]?.partitions[0]?.committedOffset
  }

  describe(groupId = 'group', apiVersion = 6) {
    return this.groups.classic.describe(apiVersion, groupId)
  }

  async state(groupId = 'group'): Promise<string | undefined> {
    return (await this.describe(groupId)).groupState
  }

  /** A stable group of one dynamic member. */
  async stableGroup(request: Parameters<GroupTestContext['joinGroup']>[0] = {}): Promise<JoinResult> {
    const leader = await this.joinAsNewMember(request)
    await this.syncGroup(leader, { [leader.memberId]: 'assignment of the leader' })
    return leader
  }

  /** A stable group of a leader and a follower, who have both seen the same generation. */
  async stablePair(): Promise<{ leader: JoinResult; follower: JoinResult }> {
    const first = await this.stableGroup()
    const { memberId } = await this.joinGroup()
    const followerJoin = this.joinGroup({ memberId })
    const leader = await this.joinGroup({ memberId: first.memberId })
    const follower = await followerJoin
    const followerSync = this.syncGroup(follower)
    await this.syncGroup(leader, { [leader.memberId]: 'of leader', [follower.memberId]: 'of follower' })
    await followerSync
    return { leader, follower }
  }
}

/** A consumer's subscription, version 0, without user data. */
export function subscription(...topics: string[]): Buffer {
  const names = topics.map((topic) => {
    const length = Buffer.alloc(2)
    length.writeInt16BE(Buffer.byteLength(topic))
    return Buffer.concat([length, Buffer.from(topic)])
  })
  const head = Buffer.alloc(6)
  head.writeInt32BE(topics.length, 2)
  return Buffer.concat([head, ...names, Buffer.from([0xff, 0xff, 0xff, 0xff])])
}
