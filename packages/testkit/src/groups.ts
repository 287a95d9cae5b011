import {
  commitOffset,
  type Connection,
  describeGroup,
  groupOffsets,
  KafkaError,
  throwOnError,
} from '@sluice/client'
import type { Clock } from '@sluice/effects'
import { DeleteGroups, ErrorCode, FindCoordinator, ListGroups } from '@sluice/wire'
import type { GroupDescription, GroupLag, GroupWanted, PartitionLag, RecordPlace } from './api.ts'
import type { Inside } from './inside.ts'
import type { Records } from './records.ts'
import { KafkaServerError } from './server-error.ts'
import type { Topics } from './topics.ts'
import { type Look, until } from './until.ts'

const keyTypeGroup = 0

/** A coordinator that is just coming to be, or moves. */
const passing: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
])

/** The groups of consumers of a server, through their coordinators. */
export class Groups {
  readonly #inside: Inside
  readonly #topics: Topics
  readonly #records: Records
  readonly #clock: Clock

  constructor(inside: Inside, topics: Topics, records: Records, clock: Clock) {
    this.#inside = inside
    this.#topics = topics
    this.#records = records
    this.#clock = clock
  }

  async commit(group: string, places: readonly RecordPlace[]): Promise<void> {
    for (const { topic, partition, offset } of places) {
      await this.#topics.partition(topic, partition)
      if (!Number.isSafeInteger(offset) || offset < 0) throw noOffset(offset)
    }
    await this.#atCoordinator(group, async (connection) => {
      for (const { topic, partition, offset } of places)
        await commitOffset(connection, group, topic, partition, offset)
    })
  }

  describe(group: string): Promise<GroupDescription> {
    return this.#atCoordinator(group, async (connection) => {
      const { state, members } = await describeGroup(connection, group)
      return {
        state,
        members: members.map(({ memberId, clientId, partitions }) => ({
          memberId,
          clientId,
          partitions: [...partitions],
        })),
      }
    })
  }

  async lag(group: string): Promise<GroupLag> {
    const { state } = await this.describe(group)
    const lag = await this.#lag(group)
    if (state === 'Dead' && lag.partitions.length === 0) throw noGroup(group)
    return lag
  }

  async #lag(group: string): Promise<GroupLag> {
    const committed = await this.#committed(group)
    const { members } = await this.describe(group)
    const known = new Set(committed.map(({ topic, partition }) => `${topic}-${partition}`))
    const assigned = members
      .flatMap(({ partitions }) => partitions)
      .filter(({ topic, partition }) => !known.has(`${topic}-${partition}`))
      .map((place) => ({ ...place, committed: null }))
    const partitions: PartitionLag[] = []
    for (const place of [...committed, ...assigned]) {
      const { start, end } = await this.#records.bounds(place.topic, place.partition)
      partitions.push({ ...place, end, lag: Math.max(0, end - Math.max(place.committed ?? start, start)) })
    }
    return { total: partitions.reduce((sum, { lag }) => sum + lag, 0), partitions }
  }

  waitFor(group: string, wanted: GroupWanted = {}): Promise<GroupDescription> {
    const { state = 'Stable', members, lag, timeoutMs } = wanted
    const look = async (): Promise<Look<GroupDescription>> => {
      const seen = await this.describe(group)
      const left = lag === undefined ? null : (await this.#lag(group)).total
      const isEnough = members === undefined || seen.members.length === members
      if (seen.state === state && isEnough && (left === null || left <= (lag ?? 0))) return { found: seen }
      const count = `${seen.members.length} ${seen.members.length === 1 ? 'member' : 'members'}`
      return {
        instead: `${group} is ${seen.state} with ${count}${left === null ? '' : `, ${left} records behind`}.`,
      }
    }
    const who = `The group ${group}, ${state}${members === undefined ? '' : ` with ${members} members`}`
    return until(this.#clock, lag === undefined ? who : `${who} and at most ${lag} behind`, look, timeoutMs)
  }

  /** Forgets those that nobody is in. */
  async deleteEmpty(brokerIds: readonly number[]): Promise<void> {
    for (const id of brokerIds) {
      const connection = await this.#inside.to(id)
      const { groups } = await connection.request(ListGroups, {
        statesFilter: ['Empty', 'Dead'],
        typesFilter: [],
      })
      const groupsNames = groups.map(({ groupId }) => groupId)
      if (groupsNames.length > 0) await connection.request(DeleteGroups, { groupsNames })
    }
  }

  #committed(group: string): Promise<(RecordPlace & { committed: number })[]> {
    return this.#atCoordinator(group, async (connection) => {
      const offsets = await groupOffsets(connection, group)
      return offsets.map((place) => ({ ...place, committed: place.offset }))
    })
  }

  #atCoordinator<Answer>(group: string, use: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    return until(this.#clock, `The coordinator of the group ${group}`, async (): Promise<Look<Answer>> => {
      try {
        const any = await this.#inside.any()
        const asked = { keyType: keyTypeGroup, coordinatorKeys: [group] }
        const [found] = (await any.request(FindCoordinator, asked)).coordinators
        throwOnError(found?.errorCode ?? ErrorCode.COORDINATOR_NOT_AVAILABLE)
        return { found: await use(await this.#inside.to(found?.nodeId ?? -1)) }
      } catch (error) {
        if (error instanceof KafkaError && passing.has(error.code)) return { instead: error.message }
        throw error
      }
    })
  }
}

function noGroup(group: string): KafkaServerError {
  return new KafkaServerError(`There is no group "${group}".`, {
    code: 'UNKNOWN_GROUP',
    why: 'Nobody is in it, and nothing is committed of it.',
    next: 'See by which groupId the consumer joins, or wait for it: waitForGroup(name, { lag: 0 }).',
  })
}

function noOffset(offset: number): KafkaServerError {
  return new KafkaServerError(`${offset} cannot be committed.`, {
    code: 'OFFSET',
    why: 'It is no offset: those are whole numbers from 0 on.',
    next: 'Commit the offset of the record that is to be read next.',
  })
}
