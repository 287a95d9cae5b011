import { type Connection, fetchPartition, KafkaError, throwOnError } from '@sluice/client'
import {
  batchesIn,
  ConsumerGroupHeartbeat,
  ErrorCode,
  errorInfo,
  OffsetCommit,
  OffsetFetch,
  RecordBatch,
} from '@sluice/wire'
import type { MembershipBook } from '../membership-book.ts'
import { type ClientWorld, ClusterClient } from './cluster-client.ts'

interface GroupMemberOptions {
  readonly group: string
  readonly topic: string
  /** By name, or by a regular expression that means the topic. */
  readonly usesRegex: boolean
  readonly instanceId: string | null
  readonly rebalanceTimeoutMs: number
  readonly thinkMsMax: number
  /** Longer than a session. */
  readonly absenceMsMax: number
}

const leaveEpoch = -1
const staticLeaveEpoch = -2
/** Versions that name topics. */
const commitVersion = 9
const fetchVersion = 9

/** What ends a membership: all partitions are given up, and the member joins anew. */
const ends: ReadonlySet<number> = new Set([
  ErrorCode.FENCED_MEMBER_EPOCH,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.GROUP_ID_NOT_FOUND,
])

/** A consumer of the consumer protocol (KIP-848): it joins, reads what it is given, commits, leaves, dies and comes back. */
export class GroupMember {
  readonly #options: GroupMemberOptions
  readonly #client: ClusterClient
  readonly #book: MembershipBook
  #coordinator: { readonly nodeId: number; readonly connection: Connection } | null = null
  #incarnation = 0
  #memberId = ''
  #epoch = 0
  #topicId = ''
  /** What it has, and where it reads next; null: that is to be asked for. */
  #owned = new Map<number, number | null>()
  /** It says all of itself the next time, and that it has given back. */
  #tellsAll = true
  #isCalm = false
  #isStopping = false

  constructor(world: ClientWorld, book: MembershipBook, options: GroupMemberOptions) {
    this.#client = new ClusterClient(world)
    this.#book = book
    this.#options = options
  }

  get owned(): readonly number[] {
    return [...this.#owned.keys()]
  }

  /** From now on it stays. */
  calm(): void {
    this.#isCalm = true
  }

  stop(): void {
    this.#isStopping = true
  }

  async run(): Promise<void> {
    const { scheduler, random } = this.#client.world
    this.#begin()
    while (!this.#isStopping) {
      try {
        await this.#turn()
      } catch (error) {
        this.#client.tell(`${this.#memberId}: ${(error as Error).message}`)
        if (!(error instanceof KafkaError) || !ends.has(error.code)) this.#coordinator = null
        this.#tellsAll = true
        await this.#client.recover(this.#options.topic)
      }
      await scheduler.sleep(random.int(this.#options.thinkMsMax))
    }
    await this.#client.close()
  }

  async #turn(): Promise<void> {
    const { random } = this.#client.world
    if (!this.#isCalm && random.int(20) === 0) await this.#misbehave()
    await this.#beat()
    for (const partition of this.owned) await this.#read(partition)
    if (random.int(2) === 0) await this.#commit()
  }

  /** A process that begins has a new id. */
  #begin(): void {
    this.#giveUpAll()
    this.#memberId = `${this.#client.world.name}.${++this.#incarnation}`
    this.#epoch = 0
  }

  async #misbehave(): Promise<void> {
    const { random, scheduler } = this.#client.world
    const absenceMs = random.int(this.#options.absenceMsMax)
    const kind = random.int(3)
    if (kind === 0) {
      this.#client.tell(`${this.#memberId} leaves`)
      const epoch = this.#options.instanceId === null || random.int(2) === 0 ? leaveEpoch : staticLeaveEpoch
      const memberId = this.#memberId
      this.#begin()
      await this.#send({ memberId, memberEpoch: epoch })
    } else if (kind === 1) {
      this.#client.tell(`${this.#memberId} dies`)
      this.#begin()
    } else {
      // Whoever wakes up knows nothing of what has happened, and commits first.
      this.#client.tell(`${this.#memberId} is held up`)
      await scheduler.sleep(absenceMs)
      await this.#commit()
      return
    }
    await scheduler.sleep(absenceMs)
  }

  async #beat(): Promise<void> {
    const { scheduler } = this.#client.world
    const { topic, usesRegex, rebalanceTimeoutMs } = this.#options
    const sentMs = scheduler.nowMs
    const says = this.#tellsAll || this.#epoch === 0
    const topicPartitions =
      this.owned.length === 0 ? [] : [{ topicId: this.#topicId, partitions: this.owned }]
    const all = {
      rebalanceTimeoutMs,
      subscribedTopicNames: usesRegex ? [] : [topic],
      subscribedTopicRegex: usesRegex ? `${topic.slice(0, 2)}.*` : '',
      topicPartitions,
    }
    this.#book.confirms(this.#who, this.owned)
    const { nodeId, answer } = await this.#send({
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      ...(says ? all : {}),
    })
    if (ends.has(answer.errorCode)) {
      this.#client.tell(`${this.#memberId} hears ${errorInfo(answer.errorCode).name}`)
      this.#giveUpAll()
      this.#epoch = 0
      return
    }
    throwOnError(answer.errorCode)
    this.#tellsAll = false
    this.#epoch = answer.memberEpoch
    if (answer.assignment) this.#take(answer.assignment.topicPartitions)
    this.#book.told(this.#who, { epoch: this.#epoch, partitions: this.owned, nodeId, sentMs })
  }

  #take(topics: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]): void {
    const before = this.#owned
    this.#topicId = topics[0]?.topicId ?? this.#topicId
    this.#owned = new Map(
      topics
        .flatMap(({ partitions }) => partitions)
        .map((partition) => [partition, before.get(partition) ?? null]),
    )
    const isSmaller = [...before.keys()].some((partition) => !this.#owned.has(partition))
    // That it has given back the coordinator has to hear.
    if (isSmaller) this.#tellsAll = true
    this.#client.tell(`${this.#memberId} has ${this.owned.join(',') || 'nothing'} in epoch ${this.#epoch}`)
  }

  async #read(partition: number): Promise<void> {
    const { topic } = this.#options
    const known = await this.#client.find(topic, partition)
    if (!known) return this.#client.recover(topic)
    const position = this.#owned.get(partition) ?? (await this.#committed(partition))
    const connection = await this.#client.broker(known.leader)
    await connection.negotiate()
    const { topicId, leaderEpoch: currentLeaderEpoch } = known
    const answer = await fetchPartition(connection, topic, partition, position, {
      topicId,
      currentLeaderEpoch,
      maxWaitMs: 0,
      partitionMaxBytes: 2_048,
    })
    if (answer.errorCode !== ErrorCode.NONE) return this.#client.recover(topic)
    let next = position
    for (const { at } of batchesIn(answer.records ?? Buffer.alloc(0)))
      next = Math.max(next, RecordBatch.nextOffset(answer.records as Buffer, at))
    this.#owned.set(partition, next)
  }

  /** Where its predecessor has come to. */
  async #committed(partition: number): Promise<number> {
    const { group: groupId, topic } = this.#options
    const least = this.#book.leastCommitted(partition)
    const { nodeId, connection } = await this.#find()
    const { groups } = await connection.send(OffsetFetch, fetchVersion, {
      groups: [
        {
          groupId,
          memberId: this.#memberId,
          memberEpoch: this.#epoch,
          topics: [{ name: topic, partitionIndexes: [partition] }],
        },
      ],
    })
    const [group] = groups
    throwOnError(group?.errorCode ?? 0)
    const found = group?.topics[0]?.partitions[0]
    throwOnError(found?.errorCode ?? 0)
    const offset = Number(found?.committedOffset ?? -1)
    this.#book.found(partition, offset, { least, nodeId, by: this.#memberId })
    return Math.max(offset, 0)
  }

  async #commit(): Promise<void> {
    const { group: groupId, topic } = this.#options
    const read = [...this.#owned].filter((each): each is [number, number] => each[1] !== null)
    if (read.length === 0) return
    const { connection } = await this.#find()
    const { topics } = await connection.send(OffsetCommit, commitVersion, {
      groupId,
      generationIdOrMemberEpoch: this.#epoch,
      memberId: this.#memberId,
      groupInstanceId: this.#options.instanceId,
      topics: [
        {
          name: topic,
          partitions: read.map(([partitionIndex, committedOffset]) => ({ partitionIndex, committedOffset })),
        },
      ],
    })
    for (const { partitionIndex, errorCode } of topics[0]?.partitions ?? []) {
      throwOnError(errorCode)
      const [, offset] = read.find(([partition]) => partition === partitionIndex) ?? [0, 0]
      this.#book.committed(partitionIndex, offset)
    }
  }

  async #send(request: { memberId: string; memberEpoch: number }) {
    const { group: groupId, instanceId } = this.#options
    const { nodeId, connection } = await this.#find()
    const answer = await connection.request(ConsumerGroupHeartbeat, {
      groupId,
      instanceId,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      topicPartitions: null,
      ...request,
    })
    return { nodeId, answer }
  }

  async #find() {
    this.#coordinator ??= await this.#client.coordinator('group', this.#options.group)
    return this.#coordinator
  }

  /** To the group a static member is one under whatever id. */
  get #who(): string {
    return this.#options.instanceId ?? this.#memberId
  }

  #giveUpAll(): void {
    this.#owned = new Map()
    this.#tellsAll = true
    this.#book.confirms(this.#who, [])
  }
}
