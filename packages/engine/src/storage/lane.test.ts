import { TestClock } from '@sluice/effects'
import { beforeEach, describe, expect, test } from 'vitest'
import { Lane } from './lane.ts'
import { askedInSteps, atOnce, byKeyInSteps, type Steps } from './slices.ts'

let clock: TestClock
let lane: Lane
let notes: string[]

beforeEach(() => {
  clock = new TestClock()
  lane = new Lane(clock)
  notes = []
})

/** Steps of a millisecond each. */
function* work(name: string, steps: number): Steps<string> {
  for (let step = 1; step <= steps; step++) {
    clock.jump(1)
    notes.push(`${name}${step}`)
    yield
  }
  return name
}

function run(name: string, steps: number, isWanted = () => true): Promise<string> {
  return new Promise((resolve, reject) =>
    lane.run({ steps: work(name, steps), done: resolve, failed: reject, isWanted }),
  )
}

describe('work in the lane', () => {
  test('of few steps is done before anything else happens', async () => {
    const done: string[] = []
    lane.run({
      steps: work('a', 49),
      done: (value) => done.push(value),
      failed: () => {},
      isWanted: () => true,
    })
    expect(done).toEqual(['a'])
  })

  test('that is long leaves the loop to others, and what is small overtakes it', async () => {
    const long = run('long', 400)
    let turns = 0
    const count = () => {
      turns++
      if (notes.length < 400) clock.defer(count)
    }
    count()
    expect(await run('small', 5)).toBe('small')
    expect(notes.at(-1)).toBe('small5')
    expect(await long).toBe('long')
    expect(turns).toBeGreaterThan(20)
  })

  test('waits its turn: what came first is done first', async () => {
    const ends: string[] = []
    await Promise.all(['a', 'b'].map((name) => run(name, 300).then((value) => ends.push(value))))
    expect(ends).toEqual(['a', 'b'])
    // The second one has had its first try, and nothing more, before the first one was done.
    expect(notes.slice(notes.indexOf('b50') + 1, notes.indexOf('a300')).join()).not.toContain('b')
  })

  test('goes on where its turn was over before it had begun', async () => {
    const share = clock.share.bind(clock)
    let turns = 0
    clock.share = (slice) => share((endMs) => slice(turns++ < 3 ? -1 : endMs))
    expect(await run('a', 300)).toBe('a')
    expect(turns).toBeGreaterThan(3)
  })

  test('of what has been begun comes before what has not', async () => {
    const ends: string[] = []
    const first = new Promise<void>((resolve) => {
      const goesOn = (name: string) =>
        lane.run({
          steps: work(`${name} on`, 300),
          done: (value) => resolve(void ends.push(value)),
          failed: () => {},
          isWanted: () => true,
          isBegun: true,
        })
      lane.run({ steps: work('a', 300), done: goesOn, failed: () => {}, isWanted: () => true })
    })
    const second = run('b', 300).then((value) => ends.push(value))
    await Promise.all([first, second])
    expect(ends).toEqual(['a on', 'b'])
  })

  test('that nobody wants any more is let go, and the next goes on', async () => {
    let wanted = true
    void run('a', 300, () => wanted)
    const next = run('b', 300)
    wanted = false
    expect(await next).toBe('b')
    expect(notes).not.toContain('a200')
  })

  test('fails alone', async () => {
    function* failing(): Steps<string> {
      yield* work('a', 200)
      throw new Error('a bug')
    }
    const failed = lane.done(failing())
    const next = run('b', 200)
    await expect(failed).rejects.toThrow('a bug')
    expect(await next).toBe('b')
  })
})

test('of two items with the same key the last is kept', () => {
  const items = [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const
  expect(atOnce(byKeyInSteps(items, ([key]) => key)).get('a')).toEqual(['a', 3])
})

test('what is asked one after the other is answered in the order of the questions', async () => {
  const answers = atOnce(
    askedInSteps([3, 1, 2], async (n) => {
      for (let turn = 0; turn < n; turn++) await Promise.resolve()
      return n
    }),
  )
  expect(await answers).toEqual([3, 1, 2])
})
