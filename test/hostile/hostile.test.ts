import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Api,
  CreateTopics,
  DescribeGroups,
  encodeRequestFrame,
  ErrorCode,
  FindCoordinator,
} from '@sluice/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Engine, start } from '../contract/engine.ts'
import { eventually } from '../contract/fixture.ts'
import { Peer } from '../contract/peer.ts'
import { type Attack, attacks, group, recompressed, topic } from './attacks.ts'
import { type Ordeal, ordeal } from './ordeal.ts'
import { type HostileRow, textTable } from './table.ts'

// One client's request never stops another's. While each API gets the worst that it takes, another client asks for
// something small, again and again. `npm run test:hostile` names five times as much, or SLUICE_HOSTILE_SCALE times.

const scale = Number(process.env.SLUICE_HOSTILE_SCALE ?? 1)
/** A turn has 10 ms for long work; a garbage collection may come on top, and this process is attacker and bystander too. */
const holdMsMax = 150
const memoryBytesMax = 200_000_000 + scale * 50_000_000
/** Four times as much may take so many times as long: twice what is linear. What is short is no measure. */
const growthMax = 8
const measurableMs = 60
/** The machine does other things too: what takes too long takes too long each time. */
const triesMax = 3

const rowMsMax = 120_000
/** Thousands of logs are closed. */
const stopMsMax = 300_000

const results: HostileRow[] = []
let engine: Engine

beforeAll(async () => {
  engine = await start()
  const peer = await Peer.open(engine.bootstrap)
  const configs = [
    { name: 'max.message.bytes', value: '100000000' },
    { name: 'compression.type', value: 'lz4' },
  ]
  const one = { numPartitions: 2, replicationFactor: 1 }
  const large = { ...one, configs: configs.slice(0, 1) }
  await peer.send(CreateTopics, 7, {
    topics: [
      { ...large, name: topic },
      { ...one, name: recompressed, configs },
    ],
  })
  // Whoever coordinates groups loads them when they are first asked for.
  await eventually(async () => {
    const { coordinators } = await peer.send(FindCoordinator, 4, { keyType: 0, coordinatorKeys: [group] })
    if (coordinators[0]?.errorCode !== ErrorCode.NONE) return undefined
    const { groups } = await peer.send(DescribeGroups, 5, { groups: [group] })
    return groups[0]?.errorCode === ErrorCode.NONE ? true : undefined
  })
  peer.close()
})

afterAll(async () => {
  await engine.stop()
  const { SLUICE_HOSTILE_SCALE, SLUICE_HOSTILE_RESULTS, SLUICE_CONTRACT_BOOTSTRAP } = process.env
  if (SLUICE_HOSTILE_SCALE) console.log(textTable(results))
  const name = SLUICE_CONTRACT_BOOTSTRAP ? 'apache-kafka' : 'embedded'
  if (SLUICE_HOSTILE_RESULTS)
    writeFileSync(join(SLUICE_HOSTILE_RESULTS, `${name}.json`), JSON.stringify(results))
}, stopMsMax)

describe('others are served while', () => {
  test.each(attacks)(
    '$api.name $version names $what',
    async (attack) => {
      const { api, version, what } = attack
      const items = Math.max(1, Math.round(attack.items * scale))
      const { many, busyMsMax } = await growth(attack, items)
      results.push({ what: `${api.name} ${version}: ${items} ${what}`, ...many })
      // Of Apache Kafka the table tells; only the client is in this process.
      if (process.env.SLUICE_CONTRACT_BOOTSTRAP) return
      expect(many.longestHoldMs).toBeLessThan(holdMsMax)
      expect(many.memoryBytes).toBeLessThan(memoryBytesMax)
      expect(many.busyMs).toBeLessThan(busyMsMax)
    },
    rowMsMax,
  )
})

/** The ordeal of so many items, and the processor time that it may take beside that of a quarter of them. */
async function growth(attack: Attack, items: number): Promise<{ many: Ordeal; busyMsMax: number }> {
  let memoryBytes = 0
  for (let tries = 1; ; tries++) {
    const few = await attacked(attack, Math.ceil(items / 4))
    const many = await attacked(attack, items)
    const busyMsMax = growthMax * Math.max(few.busyMs, measurableMs)
    // What the process has once held it need not ask for again.
    memoryBytes = Math.max(memoryBytes, many.memoryBytes)
    const isQuick = many.longestHoldMs < holdMsMax && many.busyMs < busyMsMax
    if (isQuick || tries === triesMax) return { many: { ...many, memoryBytes }, busyMsMax }
  }
}

async function attacked({ api, version, request }: Attack, items: number): Promise<Ordeal> {
  const asked = (await request(items)) as object
  const frame = encodeRequestFrame(api as Api<object>, version, 7, 'hostile', asked)
  return ordeal(engine.bootstrap, frame)
}
