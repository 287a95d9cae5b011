import { seededRandom } from '@sluice/effects'
import { describe, expect, it } from 'vitest'
import { atOnce } from '../storage/slices.ts'
import { Refusal } from './decision.ts'
import { placeReplicas, type UsableBroker } from './placement.ts'

function place(brokers: UsableBroker[], partitions: number, replicationFactor: number, seed = 1): number[][] {
  const placed = atOnce(placeReplicas(brokers, partitions, replicationFactor, seededRandom(seed)))
  if (placed instanceof Refusal) throw new Error(placed.message)
  return placed
}

const broker = (id: number, rack: string | null = null, fenced = false): UsableBroker => ({
  id,
  rack,
  fenced,
})

function counts(ids: readonly (number | undefined)[]): number[] {
  const count = new Map<number | undefined, number>()
  for (const id of ids) count.set(id, (count.get(id) ?? 0) + 1)
  return [...count.values()].sort((a, b) => a - b)
}

describe('placeReplicas', () => {
  it.each([1, 2, 3])('gives every broker its share of %i replicas', (replicationFactor) => {
    for (let seed = 0; seed < 20; seed++) {
      const lists = place([broker(1), broker(2), broker(3)], 9, replicationFactor, seed)
      expect(counts(lists.map(([leader]) => leader))).toEqual([3, 3, 3])
      expect(counts(lists.flat())).toEqual([1, 2, 3].map(() => 3 * replicationFactor))
      for (const list of lists) expect(new Set(list).size).toBe(replicationFactor)
    }
  })

  it('takes one broker of each rack before a second one of any', () => {
    const brokers = [
      broker(1, 'a'),
      broker(2, 'a'),
      broker(3, 'b'),
      broker(4, 'b'),
      broker(5, 'c'),
      broker(6, 'c'),
    ]
    const rackOf = new Map(brokers.map(({ id, rack }) => [id, rack]))
    for (let seed = 0; seed < 20; seed++) {
      const lists = place(brokers, 12, 4, seed)
      for (const list of lists) expect(new Set(list.slice(0, 3).map((id) => rackOf.get(id))).size).toBe(3)
      expect(counts(lists.map(([leader]) => leader))).toEqual([2, 2, 2, 2, 2, 2])
    }
  })

  it('lets a broker share its partitions with different others', () => {
    const brokers = [broker(1, 'a'), broker(2, 'a'), broker(3, 'b'), broker(4, 'b')]
    const pairs = new Set(place(brokers, 8, 2).map((list) => [...list].sort().join()))
    expect(pairs.size).toBe(4)
  })

  it('uses fenced brokers as followers when it must, never as leaders', () => {
    const brokers = [broker(1, 'a', true), broker(2, 'a', true), broker(3, 'b')]
    for (const list of place(brokers, 6, 3)) {
      expect(list[0]).toBe(3)
      expect([...list].sort()).toEqual([1, 2, 3])
    }
  })

  it('refuses more replicas than brokers, and brokers that are all fenced', () => {
    const tooMany = atOnce(placeReplicas([broker(1)], 1, 2, seededRandom(1)))
    expect(tooMany instanceof Refusal && tooMany.message).toMatch(/replication factor of 2 .* only 1 broker/)
    const fenced = atOnce(placeReplicas([broker(1, null, true)], 1, 1, seededRandom(1)))
    expect(fenced instanceof Refusal && fenced.message).toMatch(/fenced/)
  })
})
