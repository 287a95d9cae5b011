import { beforeEach, describe, expect, it } from 'vitest'
import { BytesInFlight } from './bytes-in-flight.ts'

let cut: string[]
let account: BytesInFlight
beforeEach(() => {
  cut = []
  account = new BytesInFlight(100)
})

function holder(name: string) {
  const one = {
    destroy() {
      cut.push(name)
      account.moved(one, 0)
    },
  }
  return one
}

describe('bytes in flight', () => {
  it('cut who has not moved for longest, when they are too many', () => {
    const [slow, quick, late] = [holder('slow'), holder('quick'), holder('late')]
    account.moved(slow, 40)
    account.moved(quick, 40)
    account.moved(slow, 30)
    account.moved(late, 20)
    expect(cut).toEqual([])
    account.moved(late, 60)
    expect(cut).toEqual(['quick'])
    expect(account.total).toBe(90)
  })

  it('cut as many as it takes, and whoever is too much alone', () => {
    const all = ['a', 'b', 'c'].map(holder)
    for (const one of all) account.moved(one, 30)
    account.moved(holder('large'), 101)
    expect(cut).toEqual(['a', 'b', 'c', 'large'])
    expect(account.total).toBe(0)
  })

  it('are forgotten with who held them', () => {
    const one = holder('a')
    account.moved(one, 90)
    account.moved(one, 0)
    account.moved(holder('b'), 90)
    expect(cut).toEqual([])
  })
})
