import { PartitionChangeRecord } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { LeaderRecoveryState, noLeader, type PartitionImage } from '../metadata/topics-image.ts'
import { partitionChange } from './partition-change.ts'

type Options = Parameters<typeof partitionChange>[0]

const topicId = 'AAAAAAAAAAAAAAAAAAAABw'
const directory = (id: number) => `directory of ${id}`

/** Replicas on brokers 2, 1 and 3, where nothing else is said. */
function partition(parts: Partial<PartitionImage>): PartitionImage {
  const replicas = parts.replicas ?? [2, 1, 3]
  return {
    replicas,
    directories: replicas.map(directory),
    isr: [2, 1, 3],
    removingReplicas: [],
    addingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader: 2,
    leaderRecoveryState: LeaderRecoveryState.recovered,
    leaderEpoch: 5,
    partitionEpoch: 8,
    ...parts,
  }
}

interface Case extends Partial<Pick<Options, 'target' | 'election' | 'minIsr'>> {
  readonly before?: Partial<PartitionImage>
  readonly active: readonly number[]
  readonly expected?: readonly number[]
  readonly uncleanShutdown?: number
  readonly madeAnew?: number
}

/** What the record says beside whose partition it is; null without one. */
function change({ before = {}, active, expected = [], ...options }: Case): object | null {
  const made = partitionChange({
    topicId,
    partitionId: 4,
    before: partition(before),
    target: {},
    election: 'online',
    minIsr: null,
    canLead: (id) => active.includes(id),
    isExpected: (id) => expected.includes(id),
    defaultDirectory: directory,
    ...options,
  })
  if (!made) return null
  expect(made).toMatchObject({ record: PartitionChangeRecord, version: 2 })
  const { topicId: id, partitionId, ...changes } = made.value as Record<string, unknown>
  expect([id, partitionId]).toEqual([topicId, 4])
  return changes
}

const noChange = null

describe('the ISR and the leader', () => {
  it.each<[string, Case, object | null]>([
    [
      'the leader stays while the ISR shrinks, in the same epoch',
      { before: { leader: 1 }, target: { isr: [1, 2] }, active: [1, 2] },
      { isr: [1, 2] },
    ],
    [
      'the leader stays while the ISR grows',
      { before: { isr: [1], leader: 1 }, target: { isr: [1, 3] }, active: [1, 3] },
      { isr: [1, 3] },
    ],
    [
      'the first replica leads that is active and in sync, whatever the order of the ISR',
      { before: { isr: [1, 3, 2], leader: 1 }, target: { isr: [3, 2] }, active: [2, 3] },
      { isr: [3, 2], leader: 2 },
    ],
    [
      'replicas that are out of sync are passed over',
      { before: { isr: [1, 3], leader: 1 }, target: { isr: [3] }, active: [2, 3] },
      { isr: [3], leader: 3 },
    ],
    [
      'the last one in sync stays in the ISR without a leader',
      { before: { isr: [1], leader: 1 }, target: { isr: [] }, active: [2] },
      { leader: noLeader },
    ],
    [
      'the last one in sync leads when it is back',
      { before: { isr: [1], leader: noLeader }, active: [1, 2] },
      { leader: 1 },
    ],
    ['nothing changes where all is as it should be', { active: [1, 2, 3] }, noChange],
    [
      'nothing changes where nobody can lead still',
      { before: { isr: [1], leader: noLeader }, active: [2] },
      noChange,
    ],
  ])('%s', (_, given, changes) => expect(change(given)).toEqual(changes))
})

describe('the election of a preferred leader', () => {
  it.each<[string, Case, object | null]>([
    ['gives the first replica the lead', { before: { leader: 1 }, active: [1, 2, 3] }, { leader: 2 }],
    [
      'keeps the leader where the first replica is out of sync',
      { before: { leader: 3, isr: [1, 3] }, active: [1, 2, 3] },
      noChange,
    ],
    [
      'takes another one where neither can lead',
      { before: { leader: noLeader, isr: [1, 3] }, active: [3] },
      { leader: 3 },
    ],
    ['never is unclean', { before: { leader: noLeader, isr: [2] }, active: [1, 3] }, noChange],
  ])('%s', (_, given, changes) => expect(change({ ...given, election: 'preferred' })).toEqual(changes))
})

describe('an unclean election', () => {
  const recovering = LeaderRecoveryState.recovering
  it.each<[string, Case, object | null]>([
    [
      'makes the first active replica the leader and the whole ISR, which recovers',
      { before: { isr: [2] }, target: { isr: [] }, active: [1, 3] },
      { leader: 1, isr: [1], leaderRecoveryState: recovering },
    ],
    [
      'is not needed where one in sync is active',
      { before: { isr: [2, 3] }, target: { isr: [3] }, active: [1, 3] },
      { leader: 3, isr: [3] },
    ],
    [
      'says nothing of a recovery that goes on',
      { before: { isr: [2], leaderRecoveryState: recovering }, target: { isr: [] }, active: [3] },
      { leader: 3, isr: [3] },
    ],
    [
      'finds nobody where nobody is active',
      { before: { isr: [2] }, target: { isr: [] }, active: [] },
      { leader: noLeader },
    ],
  ])('%s', (_, given, changes) => expect(change({ ...given, election: 'unclean' })).toEqual(changes))

  it('is over when the leader says so', () => {
    const before = { isr: [1], leader: 1, leaderRecoveryState: recovering }
    const target = { isr: [1, 2], leaderRecoveryState: LeaderRecoveryState.recovered }
    expect(change({ before, target, active: [1, 2] })).toEqual({
      isr: [1, 2],
      leaderRecoveryState: LeaderRecoveryState.recovered,
    })
  })
})

describe('eligible leader replicas', () => {
  it.each<[string, Case, object | null]>([
    [
      'are those who leave an ISR that is below the minimum',
      { target: { isr: [2] }, active: [2] },
      { isr: [2], eligibleLeaderReplicas: [1, 3] },
    ],
    [
      'are not needed by an ISR that is large enough',
      { target: { isr: [2, 1] }, active: [1, 2] },
      { isr: [2, 1] },
    ],
    [
      'go when the ISR is large enough again',
      { before: { isr: [2], eligibleLeaderReplicas: [1] }, target: { isr: [2, 3] }, active: [1, 2, 3] },
      { isr: [2, 3], eligibleLeaderReplicas: [] },
    ],
    [
      'are left by who is in sync again',
      {
        before: { isr: [2], eligibleLeaderReplicas: [1, 3] },
        target: { isr: [2, 3] },
        minIsr: 3,
        active: [2, 3],
      },
      { isr: [2, 3], eligibleLeaderReplicas: [1] },
    ],
    [
      'let the ISR become empty, and the last leader is remembered',
      { before: { isr: [2], eligibleLeaderReplicas: [1] }, target: { isr: [] }, active: [] },
      { isr: [], eligibleLeaderReplicas: [1, 2], leader: noLeader, lastKnownElr: [2] },
    ],
    [
      'lead where nobody is in sync, cleanly',
      {
        before: { isr: [], eligibleLeaderReplicas: [1, 2], leader: noLeader, lastKnownElr: [2] },
        active: [1, 3],
      },
      { isr: [1], eligibleLeaderReplicas: [2], leader: 1, lastKnownElr: [] },
    ],
    [
      'lead before others do in an unclean election',
      {
        before: { isr: [2], eligibleLeaderReplicas: [3] },
        target: { isr: [] },
        election: 'unclean',
        active: [1, 3],
      },
      { isr: [3], eligibleLeaderReplicas: [2], leader: 3 },
    ],
    [
      'are lost by a broker that may have lost records',
      {
        before: { isr: [2], eligibleLeaderReplicas: [1] },
        target: { isr: [] },
        uncleanShutdown: 2,
        active: [],
      },
      { isr: [], leader: noLeader, lastKnownElr: [2] },
    ],
    [
      'give way to the last known leader when there are none',
      {
        before: { isr: [], eligibleLeaderReplicas: [], leader: noLeader, lastKnownElr: [3] },
        active: [1, 3],
      },
      { isr: [3], leader: 3, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [] },
    ],
    [
      'do not wait for the last known leader in an unclean election',
      {
        before: { isr: [], eligibleLeaderReplicas: [], leader: noLeader, lastKnownElr: [3] },
        election: 'unclean',
        active: [1],
      },
      { isr: [1], leader: 1, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [] },
    ],
    [
      'wait without a leader where the last known one is away',
      { before: { isr: [], leader: noLeader, lastKnownElr: [3] }, active: [1] },
      noChange,
    ],
  ])('%s', (_, given, changes) => expect(change({ minIsr: 2, ...given })).toEqual(changes))

  it.each<[string, Case, object | null]>([
    [
      'are remembered when they stop uncleanly',
      { before: { isr: [2], eligibleLeaderReplicas: [1] }, uncleanShutdown: 1, active: [2] },
      { eligibleLeaderReplicas: [], lastKnownElr: [1] },
    ],
    [
      'are remembered after the last leader',
      {
        before: { isr: [2], lastKnownElr: [1] },
        target: { isr: [] },
        uncleanShutdown: 2,
        active: [1],
      },
      { isr: [], leader: noLeader, lastKnownElr: [2, 1] },
    ],
    [
      'are remembered after the last leader where that one is eligible still',
      { before: { isr: [2], lastKnownElr: [1] }, target: { isr: [] }, active: [1] },
      { isr: [], eligibleLeaderReplicas: [2], leader: noLeader, lastKnownElr: [2, 1] },
    ],
    [
      'wait for the last leader, though others are remembered',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2, 1] }, active: [1, 3] },
      noChange,
    ],
    [
      'lead where the last leader begins anew',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2, 1] }, madeAnew: 2, active: [1, 2, 3] },
      { isr: [1], leader: 1, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [] },
    ],
    [
      'are waited for where the last leader begins anew',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2, 1] }, madeAnew: 2, active: [2, 3] },
      { lastKnownElr: [1] },
    ],
    [
      'lead before others do, once the last leader is not waited for any more',
      {
        before: { isr: [], leader: noLeader, lastKnownElr: [2, 1] },
        election: 'unclean',
        active: [3, 1],
      },
      { isr: [1], leader: 1, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [2] },
    ],
    [
      'stay remembered under a leader that was one of them',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2, 1] }, active: [1, 2] },
      { isr: [2], leader: 2, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [1] },
    ],
    [
      'are not remembered under a leader that was none of them',
      {
        before: { isr: [], leader: noLeader, lastKnownElr: [2, 1] },
        election: 'unclean',
        active: [3],
      },
      { isr: [3], leader: 3, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [] },
    ],
    [
      'need not be remembered when the ISR is large enough',
      { before: { isr: [2], lastKnownElr: [1] }, target: { isr: [2, 3] }, active: [2, 3] },
      { isr: [2, 3], lastKnownElr: [] },
    ],
    [
      'give way to whoever has anything where the last one of them begins anew',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2] }, madeAnew: 2, active: [2, 3] },
      { isr: [3], leader: 3, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [] },
    ],
    [
      'give way to whoever has anything and is about to come',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2] }, madeAnew: 2, active: [2], expected: [1] },
      { lastKnownElr: [1] },
    ],
    [
      'begin anew where nobody else has anything',
      { before: { isr: [], leader: noLeader, lastKnownElr: [2] }, madeAnew: 2, active: [2] },
      { isr: [2], leader: 2, leaderRecoveryState: LeaderRecoveryState.recovering, lastKnownElr: [] },
    ],
  ])('that stopped uncleanly %s', (_, given, changes) =>
    expect(change({ minIsr: 2, ...given })).toEqual(changes),
  )

  it('that are not kept leave the last one in sync, or whoever has anything where that one begins anew', () => {
    const before = { isr: [2], leader: noLeader }
    expect(change({ before, active: [1, 3] })).toBeNull()
    expect(change({ before, madeAnew: 2, active: [2, 3] })).toEqual({ isr: [3], leader: 3 })
    expect(change({ before, madeAnew: 2, active: [2], expected: [1] })).toEqual({ isr: [1] })
    expect(change({ before, madeAnew: 2, active: [2] })).toEqual({ leader: 2 })
  })

  it('are forgotten by a cluster that keeps them no more', () => {
    const before = { isr: [2], eligibleLeaderReplicas: [1] }
    expect(change({ before, active: [1, 2, 3] })).toEqual({ eligibleLeaderReplicas: [] })
  })
})

describe('a reassignment', () => {
  /** From 2, 1, 3 to 4, 1, 3. */
  const replicas = [4, 1, 3, 2]
  const target = { replicas, addingReplicas: [4], removingReplicas: [2] }

  it('begins with the old and the new replicas together', () => {
    expect(change({ target, active: [1, 2, 3, 4] })).toEqual({
      ...target,
      directories: replicas.map(directory),
    })
  })

  it('goes on while the new replica is out of sync', () => {
    const before = { ...target, isr: [2, 1, 3] }
    expect(change({ before, target: { isr: [2, 1] }, active: [1, 2, 3, 4] })).toEqual({ isr: [2, 1] })
  })

  it('ends when the new replica is in sync: the old one leaves, and leads no more', () => {
    const before = { ...target, isr: [2, 1, 3] }
    expect(change({ before, target: { isr: [2, 1, 3, 4] }, active: [1, 2, 3, 4] })).toEqual({
      replicas: [4, 1, 3],
      directories: [4, 1, 3].map(directory),
      isr: [1, 3, 4],
      removingReplicas: [],
      addingReplicas: [],
      leader: 4,
    })
  })

  it('leaves nobody eligible who is a replica no more', () => {
    const before = { replicas: [1, 2, 3], isr: [3], eligibleLeaderReplicas: [2], leader: 3 }
    const moving = { ...before, removingReplicas: [3], addingReplicas: [1] }
    expect(change({ before: moving, target: { isr: [3, 1] }, active: [1, 3], minIsr: 2 })).toMatchObject({
      replicas: [1, 2],
      isr: [1],
      leader: 1,
    })
    const later = { ...before, replicas: [1, 2], isr: [1], eligibleLeaderReplicas: [2, 3], leader: 1 }
    expect(change({ before: later, target: { isr: [] }, active: [], minIsr: 2 })).toMatchObject({
      eligibleLeaderReplicas: [1, 2],
    })
  })

  it('begins an epoch for a leader that stays when a replica has gone', () => {
    const before = { ...target, isr: [1, 2, 3], leader: 1 }
    expect(change({ before, target: { isr: [1, 2, 4] }, active: [1, 2, 3, 4] })).toMatchObject({
      isr: [1, 4],
      leader: 1,
    })
  })

  it('to fewer replicas ends when all who stay are in sync', () => {
    const before = { replicas: [1, 3, 2], removingReplicas: [2], isr: [2, 1], leader: 1 }
    expect(change({ before, target: { isr: [1] }, active: [1, 2, 3] })).toEqual({ isr: [1] })
    expect(change({ before, target: { isr: [1, 2, 3] }, active: [1, 2, 3] })).toMatchObject({
      replicas: [1, 3],
      isr: [1, 3],
    })
  })
})
