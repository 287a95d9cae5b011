// From CreateCluster to the first acknowledged record, and memory.
import { join } from 'node:path'
import { createReplicatedTopic, firstAcknowledgement, sleep } from '../protocol.mjs'
import { brokerCount, createActiveCluster, startClusterService } from '../service-cluster.mjs'
import { emptyLine } from '../side-by-side/rounds.mjs'

const topic = 'bench-first'
/** Until what the start has left has been collected, too. */
const idleMs = 12_000

export async function measureLives(sides, plan) {
  const section = 'Clusters through the MSK API'
  const names = sides.map(({ side }) => side)
  const line = (title, unit) => emptyLine({ section, title, unit, better: 'less' }, names)
  const lines = {
    firstAckMs: line('CreateCluster to the first acknowledged record', 'ms'),
    idleMegabytes: line('memory idle, all processes', 'MB'),
  }
  for (let round = 1; round <= plan.rounds; round++)
    for (const one of round % 2 ? sides : sides.toReversed()) {
      plan.say(`round ${round} of ${plan.rounds}: ${section}: ${one.name}`)
      const figures = await lifeOf(one, join(plan.directory, `life-${one.side}-${round}`))
      for (const [key, figure] of Object.entries(figures)) lines[key][one.side].push(figure)
    }
  return Object.values(lines)
}

async function lifeOf({ choice }, directory) {
  const service = await startClusterService(choice, directory)
  try {
    const began = performance.now()
    const { addresses } = await createActiveCluster(service.msk)
    const leader = await createReplicatedTopic(addresses[0], topic, brokerCount)
    const firstAckMs = (await firstAcknowledgement(leader, topic)) - began
    await sleep(idleMs)
    return { firstAckMs, idleMegabytes: service.megabytes() }
  } finally {
    await service.stop()
  }
}
