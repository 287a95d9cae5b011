import { describe, expect, it } from 'vitest'
import { TestClock } from './clock.ts'
import { turnMs, Turns } from './turns.ts'

/** Work of pieces of 4 ms, which notes each; rests when its time is over. */
function share(clock: TestClock, name: string, pieces: number, notes: string[]): void {
  let left = pieces
  const slice = (endMs: number) => {
    while (left > 0 && clock.monotonic() < endMs) {
      clock.jump(4)
      notes.push(name)
      left--
    }
    if (left > 0) clock.share(slice)
  }
  clock.share(slice)
}

/** Counts the turns of the loop among the notes. */
async function until(clock: TestClock, notes: string[], count: number): Promise<void> {
  while (notes.filter((note) => note !== 'turn').length < count) {
    await new Promise<void>((resolve) => clock.defer(resolve))
    notes.push('turn')
  }
}

describe('the turns of the event loop', () => {
  it('are shared by all that have long work: together they hold it no longer than one', async () => {
    const clock = new TestClock()
    const notes: string[] = []
    for (const name of ['a', 'b', 'c']) share(clock, name, 4, notes)
    await until(clock, notes, 12)
    expect(notes.join(' ')).toBe('a a a turn b b b turn c c c turn a b c turn')
  })

  it('are left to the others when one throws', () => {
    const deferred: (() => void)[] = []
    const turns = new Turns({ monotonic: () => 0, defer: (fn) => deferred.push(fn) })
    const notes: string[] = []
    turns.share(() => {
      throw new Error('a bug')
    })
    turns.share(() => notes.push('next'))
    expect(() => deferred.shift()?.()).toThrow('a bug')
    deferred.shift()?.()
    expect(notes).toEqual(['next'])
  })

  it('have one share for all that is begun in them', async () => {
    const clock = new TestClock()
    expect(clock.firstTryEndMs()).toBe(turnMs)
    clock.jump(6)
    expect(clock.firstTryEndMs()).toBe(turnMs)
    await new Promise<void>((resolve) => clock.defer(resolve))
    expect(clock.firstTryEndMs()).toBe(6 + turnMs)
  })
})
