import { seededRandom } from '@sluice/effects'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Killed, killedProcess } from './testing/killed-process.ts'

// Kill -9 in the middle of PutRecords, of splits and of merges, and what is there afterwards. A failure is a seed:
//   SLUICE_CRASH_SEED=n [SLUICE_CRASH_ROUNDS=m] npx vitest run packages/service/src/streams/crash.test.ts

const seed = Number(process.env['SLUICE_CRASH_SEED'] ?? Date.now() % 1_000_000)
const rounds = Number(process.env['SLUICE_CRASH_ROUNDS'] ?? 3)
const roundMsMax = 60_000

let killed: Killed
beforeAll(async () => {
  killed = await killedProcess('crash-child.ts')
})
afterAll(() => killed.end())

const linesOf = (mode: 'write' | 'read', from: number, linesMax?: number) =>
  killed.linesOf([mode, String(from), String(seed + from)], linesMax)

it(
  `loses nothing that was acknowledged when the process is killed, and keeps each key in order (seed ${seed})`,
  async () => {
    const random = seededRandom(seed)
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < rounds; round++) {
      const from = Math.max(-1, ...acknowledged.keys()) + 1_000
      for (const line of await linesOf('write', from, 1 + random.int(3_000))) {
        const [number, sequenceNumber = ''] = line.split(' ')
        // The last line may have been torn by the kill.
        if (/^\d{56}$/.test(sequenceNumber)) acknowledged.set(Number(number), sequenceNumber)
      }
    }
    expect(acknowledged.size).toBeGreaterThan(0)
    const found = new Map<number, string>()
    const last = new Map<string, bigint>()
    const lastOfKey = new Map<string, number>()
    for (const line of await linesOf('read', 0)) {
      const [shard = '', number, sequenceNumber = '', key = ''] = line.split(' ')
      expect(BigInt(sequenceNumber)).toBeGreaterThan(last.get(shard) ?? 0n)
      last.set(shard, BigInt(sequenceNumber))
      expect(found.has(Number(number))).toBe(false)
      found.set(Number(number), sequenceNumber)
      expect([key, Number(number)]).toEqual([
        key,
        expect.toSatisfy((one) => one > (lastOfKey.get(key) ?? -1)),
      ])
      lastOfKey.set(key, Number(number))
    }
    if (rounds > 3)
      console.log(
        `${rounds} kills, ${acknowledged.size} acknowledged, ${found.size} found, ${last.size} shards`,
      )
    for (const [number, sequenceNumber] of acknowledged)
      expect([number, found.get(number)]).toEqual([number, sequenceNumber])
  },
  rounds * roundMsMax,
)
