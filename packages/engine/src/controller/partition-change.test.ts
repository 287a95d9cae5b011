import { PartitionChangeRecord } from '@sluice/wire'
import { describe, expect, it } from 'vitest'
import { noLeader, type PartitionImage } from '../metadata/topics-image.ts'
import { partitionChange } from './partition-change.ts'

const topicId = 'AAAAAAAAAAAAAAAAAAAABw'

/** Replicas on brokers 1, 2 and 3, of which `isr` is in sync. */
function partition(isr: number[], leader: number): PartitionImage {
  return {
    replicas: [2, 1, 3],
    directories: [],
    isr,
    removingReplicas: [],
    addingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader,
    leaderRecoveryState: 0,
    leaderEpoch: 5,
    partitionEpoch: 8,
  }
}

describe('the change of a partition', () => {
  it.each([
    [
      'keeps its leader while the ISR shrinks',
      { isr: [1, 2, 3], leader: 1, target: [1, 2], active: [1, 2] },
      { isr: [1, 2] },
    ],
    [
      'keeps its leader while the ISR grows',
      { isr: [1], leader: 1, target: [1, 3], active: [1, 3] },
      { isr: [1, 3] },
    ],
    [
      'elects the first replica that is active and in sync, whatever the order of the ISR',
      { isr: [1, 3, 2], leader: 1, target: [3, 2], active: [2, 3] },
      { isr: [3, 2], leader: 2 },
    ],
    [
      'passes over replicas that are out of sync',
      { isr: [1, 3], leader: 1, target: [3], active: [2, 3] },
      { isr: [3], leader: 3 },
    ],
    [
      'keeps the last ones in sync without a leader when none is active',
      { isr: [1, 3], leader: 1, target: [], active: [2] },
      { leader: noLeader },
    ],
    [
      'elects one of the last in sync that comes back',
      { isr: [1, 3], leader: noLeader, target: [3], active: [3] },
      { isr: [3], leader: 3 },
    ],
    [
      'is nothing where all is as it should be',
      { isr: [1, 2], leader: 1, target: [1, 2], active: [1, 2] },
      null,
    ],
    ['is nothing where nobody can lead still', { isr: [1], leader: noLeader, target: [], active: [2] }, null],
  ])('%s', (_, { isr, leader, target, active }, change) => {
    const record = partitionChange({
      topicId,
      partitionId: 4,
      before: partition(isr, leader),
      targetIsr: target,
      isActive: (id) => active.includes(id),
    })
    if (change === null) expect(record).toBeNull()
    else
      expect(record).toEqual({
        record: PartitionChangeRecord,
        version: 2,
        value: { topicId, partitionId: 4, ...change },
      })
  })
})
