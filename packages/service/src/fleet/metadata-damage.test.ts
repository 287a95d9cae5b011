import {
  MemoryDisk,
  MemoryNetwork,
  seededRandom,
  silentLogger,
  systemProcesses,
  TestClock,
} from '@sluice/effects'
import { expect, it, vi } from 'vitest'
import { embeddedEngine } from './engines/embedded.ts'
import { enginesOf } from './engines/engines.ts'
import { createFleet, type Fleet } from './fleet.ts'

// A cluster whose metadata is damaged waits for a person; its neighbour runs.

const disk = new MemoryDisk()
const clock = new TestClock()

async function start(metadataLossAccepted: string[] = []): Promise<Fleet> {
  const effects = {
    clock,
    disk,
    network: new MemoryNetwork(),
    processes: systemProcesses(),
    random: seededRandom(3),
    logger: silentLogger,
  }
  const engine = embeddedEngine(effects)
  const place = { dataDirectory: '/data', region: 'us-east-1', account: '000000000000' }
  const engines = enginesOf([engine], engine.name)
  const fleet = createFleet({ ...place, engines, effects, metadataLossAccepted })
  const started = fleet.start()
  let isStarted = false
  void started.then(() => (isStarted = true))
  await vi.waitFor(async () => {
    await clock.advance(100)
    expect(isStarted).toBe(true)
  })
  return fleet
}

function create(fleet: Fleet, name: string): void {
  fleet.clusters.create({
    ClusterName: name,
    KafkaVersion: '4.4.x.kraft',
    NumberOfBrokerNodes: 3,
    BrokerNodeGroupInfo: { ClientSubnets: ['a', 'b', 'c'], InstanceType: 'kafka.m7g.large' },
    EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'PLAINTEXT' } },
    Tags: {},
  })
}

const byName = (fleet: Fleet) => fleet.status().sort((a, b) => (a.name < b.name ? -1 : 1))
const statesOf = (fleet: Fleet) => byName(fleet).map(({ name, state }) => `${name} ${state}`)

async function become(fleet: Fleet, ...states: string[]): Promise<void> {
  await vi.waitFor(async () => {
    await clock.advance(100)
    expect(statesOf(fleet)).toEqual(states)
  })
}

it('is FAILED with what is at stake and how to go on, until the loss is accepted, which it then tells', async () => {
  const first = await start()
  for (const name of ['broken', 'whole']) create(first, name)
  await become(first, 'broken ACTIVE', 'whole ACTIVE')
  const directory = byName(first)[0]?.directory ?? ''
  await first.stop()
  disk.removeSync(`${directory}/controller`)

  for (const again of [1, 2]) {
    const fleet = await start()
    expect([again, ...statesOf(fleet)]).toEqual([again, 'broken FAILED', 'whole ACTIVE'])
    const info = byName(fleet)[0]?.stateInfo
    expect(info?.code).toBe('METADATA_DAMAGED')
    expect(info?.message).toMatch(/topics with all their partitions.*--accept-metadata-loss broken/)
    // Nobody tries again by himself.
    disk.beforeOperation = (operation, path) => {
      if (operation === 'mkdir' && path.includes('controller')) throw new Error('tried again')
    }
    await clock.advance(120_000)
    disk.beforeOperation = () => {}
    await fleet.stop()
  }

  const accepted = await start(['broken'])
  await become(accepted, 'broken ACTIVE', 'whole ACTIVE')
  const [broken, whole] = byName(accepted)
  expect(broken?.stateInfo?.message).toContain('Controller 10001: 1 log lost records: __cluster_metadata-0')
  expect(whole?.stateInfo?.message ?? '').not.toContain('lost')
  await accepted.stop()

  const later = await start()
  expect(statesOf(later)).toEqual(['broken ACTIVE', 'whole ACTIVE'])
  expect(byName(later)[0]?.stateInfo?.message ?? '').not.toContain('lost')
  await later.stop()
})
