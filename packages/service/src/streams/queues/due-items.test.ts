import { seededRandom } from '@sluice/effects'
import { expect, it } from 'vitest'
import { DueItems } from './due-items.ts'

it('gives each item once, at its last time, in the order of these, whatever is put and removed', () => {
  const random = seededRandom(5)
  const due = new DueItems<string>()
  const known = new Map<string, number>()
  const first = () => Math.min(...known.values())
  for (let step = 0; step < 5_000; step++) {
    const [item, atMs] = [`${random.int(60)}`, random.int(1_000)]
    if (random.int(3) > 0) {
      due.put(atMs, item)
      known.set(item, atMs)
    } else {
      due.remove(item)
      known.delete(item)
    }
    if (random.int(4) === 0) {
      const nowMs = random.int(200)
      const taken = due.takeDue(nowMs)
      expect(taken !== undefined).toBe(first() <= nowMs)
      if (taken === undefined) continue
      expect(known.get(taken)).toBe(first())
      known.delete(taken)
    }
    expect([due.size, due.nextMs]).toEqual([known.size, first()])
  }
  for (let item = due.takeDue(1_000); item !== undefined; item = due.takeDue(1_000)) {
    expect(known.get(item)).toBe(first())
    known.delete(item)
  }
  expect([due.size, known.size]).toEqual([0, 0])
})
