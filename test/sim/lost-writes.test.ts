import { beforeEach, describe, expect, it } from 'vitest'
import { Ledger } from './ledger.ts'
import { LostWrites } from './lost-writes.ts'
import type { PartitionFacts } from './metadata-view.ts'
import { Scheduler } from './scheduler.ts'
import { Story } from './story.ts'

const events: PartitionFacts = {
  ...{ topic: 'events', topicId: 'id', index: 0, leader: 2, leaderEpoch: 0 },
  ...{ isr: [2], elr: [], replicas: [1, 2], isMoving: false },
}
const metadata = { partitions: () => [events].values() }

let ledger: Ledger
let lostWrites: LostWrites
beforeEach(() => {
  const story = new Story(new Scheduler())
  ledger = new Ledger(story)
  lostWrites = new LostWrites({ story, ledger, keepsElr: true, electsUncleanly: false })
})

describe('of an election of a replica that was not in sync nothing is promised any more', () => {
  const elected = () =>
    lostWrites.changed({ ...events, leader: 1, isr: [1] }, { entered: [1], isUnclean: true })

  it('but where the cluster can know that it is empty', () => {
    lostWrites.lostAll(metadata, 1)
    elected()
    expect(ledger.isForgiven('events-0')).toBe(false)
  })

  it('also where it was empty, has been filled, and has lost writes since', () => {
    lostWrites.lostAll(metadata, 1)
    lostWrites.registered(1)
    lostWrites.lost(metadata, 1)
    // What the controller had written down before that is read after it.
    lostWrites.changed({ ...events, isr: [2, 1] }, { entered: [1], isUnclean: false })
    elected()
    expect(ledger.isForgiven('events-0')).toBe(true)
  })

  it('but where it has begun anew and was filled in between', () => {
    lostWrites.lost(metadata, 1)
    lostWrites.registered(1)
    lostWrites.changed({ ...events, isr: [2, 1] }, { entered: [1], isUnclean: false })
    elected()
    expect(ledger.isForgiven('events-0')).toBe(false)
  })
})
