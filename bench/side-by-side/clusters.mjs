// A cluster through the MSK API: from the call to the first acknowledged record, and the memory of the service and of
// all processes of the cluster.
import { join } from 'node:path'
import { createReplicatedTopic, firstAcknowledgement, sleep } from '../protocol.mjs'
import { brokerCount, createActiveCluster, startClusterService } from '../service-cluster.mjs'
import { runNodeClient } from './node-client.mjs'
import { emptyLine } from './rounds.mjs'

const topic = 'bench-first'
const loadTopic = 'bench-load'
/** Until what the start has left has been collected, too. */
const idleMs = 12_000

/** `sides`: side, engine (as `sluice start --engine` has it). */
export async function measureClusters(sides, plan) {
  const section = 'Clusters through the MSK API'
  const line = (title, unit) => emptyLine({ section, title, unit, better: 'less' })
  const lines = {
    firstAckMs: line('CreateCluster to the first acknowledged record', 'ms'),
    idleMegabytes: line('memory idle, all processes', 'MB'),
    loadMegabytes: line('memory under the load of a Node client, all processes', 'MB'),
  }
  for (let round = 1; round <= plan.rounds; round++) {
    plan.say(`round ${round} of ${plan.rounds}: CreateCluster`)
    for (const { side, name, engine } of round % 2 ? sides : sides.toReversed()) {
      const directory = join(plan.directory, `service-${side}-${round}`)
      const { running, processes, ...figures } = await lifeOfCluster(engine, directory, plan)
      const note = `${name}: ${running} of ${brokerCount} brokers ran; ${processes} process${processes === 1 ? '' : 'es'} with the service`
      for (const [key, figure] of Object.entries(figures)) {
        lines[key][side].push(figure)
        if (!lines[key].notes.includes(note)) lines[key].notes.push(note)
      }
    }
  }
  return Object.values(lines)
}

async function lifeOfCluster(engine, directory, plan) {
  const service = await startClusterService(['--engine', engine], directory)
  try {
    const began = performance.now()
    const { arn, addresses } = await createActiveCluster(service.msk)
    const leader = await createReplicatedTopic(addresses[0], topic, addresses.length)
    const firstAckMs = (await firstAcknowledgement(leader, topic)) - began
    await sleep(idleMs)
    const processes = service.pids().length
    const idleMegabytes = service.megabytes()
    await createReplicatedTopic(addresses[0], loadTopic, addresses.length)
    const load = { topic: loadTopic, partitions: 1, record: 1024, seconds: plan.limits.clientSeconds }
    await runNodeClient('produce', { ...addresses[0], ...load })
    const loadMegabytes = service.megabytes()
    await service.msk.deleteCluster(arn)
    return { firstAckMs, idleMegabytes, loadMegabytes, running: addresses.length, processes }
  } finally {
    await service.stop()
  }
}
