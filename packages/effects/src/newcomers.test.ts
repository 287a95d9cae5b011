import { describe, expect, it } from 'vitest'
import { Newcomers } from './newcomers.ts'

/** Turns of a loop that the test makes. */
class TestLoop {
  nowMs = 0
  #deferred: (() => void)[] = []

  monotonic(): number {
    return this.nowMs
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn)
  }

  turn(ms = 0): void {
    this.nowMs += ms
    for (const fn of this.#deferred.splice(0)) fn()
  }
}

describe('newcomers', () => {
  it('begin together, once nobody else has come', () => {
    const loop = new TestLoop()
    const newcomers = new Newcomers(loop)
    const begun: string[] = []
    for (const name of ['a', 'b', 'c']) {
      newcomers.add(() => begun.push(name))
      loop.turn()
      expect(begun).toEqual([])
    }
    loop.turn()
    expect(begun).toEqual(['a', 'b', 'c'])
    newcomers.add(() => begun.push('d'))
    loop.turn()
    loop.turn()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
  })

  it('do not wait for ever where somebody comes each turn', () => {
    const loop = new TestLoop()
    const newcomers = new Newcomers(loop)
    let begun = 0
    for (let turn = 0; turn < 200; turn++) {
      newcomers.add(() => begun++)
      loop.turn(10)
      expect(begun).toBeGreaterThanOrEqual(turn - 3)
    }
  })
})
