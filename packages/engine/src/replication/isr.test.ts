import { describe, expect, it } from 'vitest'
import { commonEnd, countedReplicas, isUnderMinIsr, type LeaderView, wantedIsr } from './isr.ts'
import { ReplicaProgress } from './replica-progress.ts'

const lagMaxMs = 100
const nowMs = 1000

/** A replica that reported once: how far it was, and the leader then, how long ago. */
interface Reported {
  id: number
  end: number
  start?: number
  leaderEnd?: number
  agoMs?: number
}

/** Broker 1 leads with its log at 10; the others as they reported, or, with a bare id, never. */
function view(others: (Reported | number)[], changes: Partial<LeaderView> = {}): LeaderView {
  const isr = changes.isr ?? [1, ...others.map((other) => (typeof other === 'number' ? other : other.id))]
  const replicas = [{ id: 1, end: 10 }, ...others].map((each: Reported | number) => {
    const id = typeof each === 'number' ? each : each.id
    const replica = new ReplicaProgress(id, isr.includes(id), 0)
    if (typeof each === 'number') return replica
    replica.heard({ logStartOffset: each.start ?? 0, brokerEpoch: 1 })
    replica.reached(each.end, each.leaderEnd ?? 10, nowMs - (each.agoMs ?? 0))
    return replica
  })
  return {
    replicas,
    isr,
    logStartOffset: 0,
    logEndOffset: 10,
    highWatermark: 0,
    epochStartOffset: 0,
    nowMs,
    lagMaxMs,
    proposedIsr: null,
    isEligible: () => true,
    ...changes,
  }
}

const committedBelow = (leader: LeaderView) => commonEnd(countedReplicas(leader))

describe('what is committed', () => {
  it('is all that a leader has which is alone in the ISR', () => {
    expect(committedBelow(view([]))).toBe(10)
    expect(committedBelow(view([2, 3], { isr: [1] }))).toBe(10)
  })

  it('is what everyone in the ISR has', () => {
    expect(
      committedBelow(
        view([
          { id: 2, end: 8 },
          { id: 3, end: 6 },
        ]),
      ),
    ).toBe(6)
    expect(
      committedBelow(
        view(
          [
            { id: 2, end: 8 },
            { id: 3, end: 6 },
          ],
          { isr: [1, 2] },
        ),
      ),
    ).toBe(8)
  })

  it('is nothing new while someone in the ISR has not been heard of', () => {
    expect(committedBelow(view([{ id: 2, end: 8 }, 3]))).toBeLessThan(0)
  })

  it('does not wait for a replica that was put out and has not fetched since', () => {
    const leader = view([{ id: 2, end: 9, leaderEnd: 9, agoMs: 50 }], { isr: [1] })
    leader.replicas[1]?.putOut()
    expect(committedBelow(leader)).toBe(10)
  })

  it('waits for a replica that is caught up and about to enter', () => {
    const entering = { id: 2, end: 9, leaderEnd: 9, agoMs: 50 }
    expect(committedBelow(view([entering], { isr: [1] }))).toBe(9)
    expect(committedBelow(view([{ ...entering, agoMs: 101 }], { isr: [1] }))).toBe(10)
    expect(committedBelow(view([entering], { isr: [1], isEligible: ({ brokerId }) => brokerId !== 2 }))).toBe(
      10,
    )
  })

  it('waits for everyone that may be in the ISR while a change of it is not answered', () => {
    const far = { id: 2, end: 7, agoMs: 101 }
    expect(committedBelow(view([far], { isr: [1], proposedIsr: [1, 2] }))).toBe(7)
    expect(committedBelow(view([far], { isr: [1, 2], proposedIsr: [1] }))).toBe(7)
  })

  it('does not wait for one that was put out of the ISR and has not been heard of', () => {
    const leader = view([2], { nowMs: 50 })
    expect(committedBelow({ ...leader, isr: [1] })).toBe(10)
  })
})

describe('the ISR', () => {
  it('stays while everyone keeps up', () => {
    expect(
      wantedIsr(
        view([
          { id: 2, end: 10 },
          { id: 3, end: 9, leaderEnd: 9, agoMs: 100 },
        ]),
      ),
    ).toEqual([1, 2, 3])
  })

  it('is left by a replica that has not had everything for replica.lag.time.max.ms', () => {
    expect(wantedIsr(view([{ id: 2, end: 9, leaderEnd: 9, agoMs: 101 }]))).toEqual([1])
  })

  it('is not left by a silent replica that has everything', () => {
    expect(wantedIsr(view([{ id: 2, end: 10, agoMs: 900 }]))).toEqual([1, 2])
  })

  it('is left by one that this leader has never heard of, after the same time', () => {
    expect(wantedIsr(view([2], { nowMs: 100 }))).toEqual([1, 2])
    expect(wantedIsr(view([2], { nowMs: 101 }))).toEqual([1])
  })

  it('is entered with everything that is committed, and no sooner', () => {
    const others = [
      { id: 2, end: 8 },
      { id: 3, end: 7 },
    ]
    expect(wantedIsr(view(others, { isr: [1], highWatermark: 8 }))).toEqual([1, 2])
  })

  it('is not entered before the start of the leader’s epoch', () => {
    const others = [
      { id: 2, end: 8 },
      { id: 3, end: 7 },
    ]
    expect(wantedIsr(view(others, { isr: [1], epochStartOffset: 8 }))).toEqual([1, 2])
  })

  it('is not entered with records that were deleted', () => {
    const outside = { isr: [1], highWatermark: 8, logStartOffset: 3 }
    const leader = view([{ id: 2, end: 8, start: 2 }], outside)
    expect(wantedIsr(leader)).toEqual([1])
    expect(wantedIsr(view([{ id: 2, end: 8, start: 3 }], outside))).toEqual([1, 2])
    // It does not say.
    expect(wantedIsr(view([{ id: 2, end: 8, start: -1 }], outside))).toEqual([1, 2])
  })

  it('is not entered by a broker that is fenced or shuts down, or has not been heard of', () => {
    expect(
      wantedIsr(view([{ id: 2, end: 10 }, 3], { isr: [1], isEligible: ({ brokerId }) => brokerId !== 2 })),
    ).toEqual([1])
  })

  it('is too small below min.insync.replicas, of which no more are asked for than there are', () => {
    expect(isUnderMinIsr(1, 3, 2)).toBe(true)
    expect(isUnderMinIsr(2, 3, 2)).toBe(false)
    expect(isUnderMinIsr(1, 1, 2)).toBe(false)
    expect(isUnderMinIsr(1, 2, 3)).toBe(true)
    expect(isUnderMinIsr(2, 2, 3)).toBe(false)
  })
})
