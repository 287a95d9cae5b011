import { beforeEach, describe, expect, it } from 'vitest'
import { ParkedFetches } from './parked-fetches.ts'

let ended: string[]
let parked: ParkedFetches
beforeEach(() => {
  ended = []
  parked = new ParkedFetches(100)
})

const fetch = (name: string) => ({ endWait: () => void ended.push(name) })

describe('parked fetches', () => {
  it('end with the largest, when they wait for too many partitions together', () => {
    parked.enter(fetch('small'), 10)
    parked.enter(fetch('large'), 60)
    parked.enter(fetch('middle'), 30)
    expect(ended).toEqual([])
    parked.enter(fetch('late'), 20)
    expect(ended).toEqual(['large'])
  })

  it('do not wait at all where one is too much alone', () => {
    parked.enter(fetch('small'), 1)
    parked.enter(fetch('huge'), 101)
    expect(ended).toEqual(['huge'])
  })

  it('are forgotten when their wait is over', () => {
    const one = fetch('one')
    parked.enter(one, 90)
    parked.leave(one)
    parked.leave(one)
    parked.enter(fetch('next'), 90)
    expect(ended).toEqual([])
  })
})
