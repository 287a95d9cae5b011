import { describe, expect, it } from 'vitest'
import { deadLettersMax, type QueueItem, QueueItems } from './queue-items.ts'

const item = (change: Partial<QueueItem> = {}): QueueItem => ({
  shard: 0,
  offset: 7,
  receives: 1,
  firstReceivedAtMs: 0,
  visibleAtMs: 100,
  handle: 'a',
  isDead: false,
  ...change,
})

/** Those that are visible, of both kinds, in their order. */
function visible(items: QueueItems): QueueItem[] {
  const found: QueueItem[] = []
  for (const isDead of [false, true])
    for (let first = items.firstVisible(isDead); first; first = items.firstVisible(isDead)) {
      found.push(first)
      items.remove(first)
    }
  return found
}

describe('items of a queue', () => {
  it('are hidden until their time, and visible in the order in which it comes', () => {
    const items = new QueueItems()
    const [late, early] = [item(), item({ offset: 8, visibleAtMs: 50 })]
    for (const one of [late, early]) items.put(one)
    expect([items.inFlight, items.nextVisibleMs]).toEqual([2, 50])
    items.reveal(99, null)
    expect(items.inFlight).toBe(1)
    items.reveal(100, null)
    expect(visible(items)).toEqual([early, late])
  })

  it('are dead letters after so many receives', () => {
    const items = new QueueItems()
    const [dies, lives] = [item({ receives: 2 }), item({ offset: 8, receives: 1 })]
    for (const one of [dies, lives]) items.put(one)
    const died = { ...dies, isDead: true, handle: '' }
    expect(items.reveal(100, 2)).toEqual([died])
    expect(visible(items)).toEqual([lives, died])
  })

  it('are no dead letters while there are as many as there may be', () => {
    const items = new QueueItems()
    for (let offset = 0; offset < deadLettersMax; offset++) items.put(item({ offset, isDead: true }))
    const full = [item({ offset: deadLettersMax }), item({ offset: deadLettersMax + 1 })]
    for (const one of full) items.put(one)
    expect(items.reveal(100, 1)).toEqual([])
    expect([items.visible(false), items.visible(true)]).toEqual([2, deadLettersMax])
    // One is done with, another is restored, a third is received and stays one.
    const done = items.of(0, 0)
    if (done) items.remove(done)
    items.put(item({ offset: 1, receives: 0, visibleAtMs: 300 }))
    items.put(item({ offset: 2, isDead: true, visibleAtMs: 300 }))
    for (const one of full) items.put({ ...one, receives: 2, visibleAtMs: 200 })
    items.put(item({ offset: deadLettersMax + 2, visibleAtMs: 250 }))
    expect(items.reveal(250, 1).map(({ offset }) => offset)).toEqual([deadLettersMax, deadLettersMax + 1])
  })

  it('are in flight once, however often they are kept longer', () => {
    const items = new QueueItems()
    for (let at = 1; at <= 100; at++) items.put(item({ visibleAtMs: at * 10 }))
    expect([items.inFlight, items.nextVisibleMs]).toEqual([1, 1_000])
    items.reveal(999, null)
    expect(visible(items)).toEqual([])
  })

  it('are one for each record: another one takes the place of the one before, visible or not', () => {
    for (const isRevealed of [false, true]) {
      const items = new QueueItems()
      const [dead, restored] = [item({ isDead: true }), item({ receives: 0 })]
      items.put(restored)
      if (isRevealed) items.reveal(100, null)
      // As where its restoration could not be written down.
      items.put(dead)
      expect(items.inFlight).toBe(1)
      items.reveal(100, null)
      expect(visible(items)).toEqual([dead])
    }
  })

  it('are what was written of them last', () => {
    const items = new QueueItems()
    const place = { shard: 0, offset: 7 }
    for (const one of [item(), item({ receives: 2 }), null, item({ receives: 3 })])
      items.replay({ ...place, item: one })
    items.replay({ shard: 0, offset: 8, item: null })
    items.replay({ shard: 0, next: 9 })
    items.reveal(100, null)
    expect([items.next(0), visible(items)]).toEqual([9, [item({ receives: 3 })]])
  })
})
