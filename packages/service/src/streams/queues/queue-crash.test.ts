import { seededRandom } from '@sluice/effects'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Killed, killedProcess } from '../testing/killed-process.ts'

// Kill -9 in the middle of receives and acknowledgements, and what the queue delivers afterwards. A failure is a seed:
//   SLUICE_CRASH_SEED=n [SLUICE_CRASH_ROUNDS=m] npx vitest run packages/service/src/streams/queues

const seed = Number(process.env['SLUICE_CRASH_SEED'] ?? Date.now() % 1_000_000)
const rounds = Number(process.env['SLUICE_CRASH_ROUNDS'] ?? 3)
const roundMsMax = 60_000
const maxReceiveCount = 3

let killed: Killed
beforeAll(async () => {
  killed = await killedProcess('queue-crash-child.ts')
})
afterAll(() => killed.end())

it(
  `delivers nothing again that was acknowledged, and all else, when the process is killed (seed ${seed})`,
  async () => {
    const random = seededRandom(seed)
    const put = new Set<number>()
    const acknowledged = new Set<number>()
    /** Some of which may be so without an answer. */
    const acknowledging = new Set<number>()
    const receives = new Map<number, number>()
    const take = (lines: readonly string[]) => {
      for (const line of lines) {
        // The last line may have been torn by the kill.
        const [, what, number, count] = /^(\w+) (\d+)(?: (\d+))?$/.exec(line) ?? []
        const one = Number(number)
        if (what === 'put') put.add(one)
        if (what === 'acknowledged') acknowledged.add(one)
        if (what === 'acknowledging') acknowledging.add(one)
        if (what !== 'received' && what !== 'left') continue
        expect([line, acknowledged.has(one)]).toEqual([line, false])
        // A receive counts, though the process was killed before the next.
        expect([line, Number(count) > (receives.get(one) ?? 0)]).toEqual([line, true])
        expect(Number(count)).toBeLessThanOrEqual(maxReceiveCount)
        receives.set(one, Number(count))
      }
    }
    for (let round = 0; round < rounds; round++) {
      const from = Math.max(-1, ...put) + 1_000
      take(await killed.linesOf(['work', String(from)], 1 + random.int(2_000)))
    }
    expect(acknowledged.size).toBeGreaterThan(0)
    const drained = await killed.linesOf(['drain'])
    take(drained)
    const left = new Set(drained.map((line) => Number(line.split(' ')[1])))
    const dead = drained.filter((line) => line.startsWith('dead ')).map((line) => Number(line.split(' ')[1]))
    if (rounds > 3)
      console.log(`${rounds} kills, ${put.size} put, ${acknowledged.size} acknowledged, ${dead.length} dead`)
    expect(new Set(dead).size).toBe(dead.length)
    for (const number of put) {
      expect([number, acknowledging.has(number) || left.has(number)]).toEqual([number, true])
      if (number % 7 === 0) expect([number, dead.includes(number)]).toEqual([number, true])
    }
  },
  rounds * roundMsMax,
)
