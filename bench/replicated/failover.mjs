// A broker is killed: how long until another one leads and acknowledges, with one topic and with a thousand.
import { join } from 'node:path'
import {
  acknowledgedByAnother,
  clusterBrokers,
  createAssignedTopic,
  createTopics,
  partitionsLedByOthers,
  until,
} from '../protocol.mjs'
import { brokerCount, createActiveCluster, startClusterService } from '../service-cluster.mjs'
import { startEngine } from '../targets.mjs'
import { emptyLine } from '../side-by-side/rounds.mjs'

const topic = 'bench-failover'
const victim = brokerCount
const partitionsPerTopic = 3
const topicsPerRequest = 100
const ledWithinMs = 300_000
const pollMs = 5

export async function measureFailovers(sides, plan) {
  const section = 'A broker is killed'
  const names = sides.map(({ side }) => side)
  const line = (title, unit) => emptyLine({ section, title, unit, better: 'less' }, names)
  const many = `${plan.limits.topics.toLocaleString('en')} topics of ${partitionsPerTopic} partitions`
  const lines = {
    acknowledgedMs: line('to the first acknowledged record on a partition that it led', 'ms'),
    createdMs: line(`${many}: made and led`, 'ms'),
    ledAgainMs: line(`${many}: all led again`, 'ms'),
  }
  for (let round = 1; round <= plan.rounds; round++)
    for (const one of round % 2 ? sides : sides.toReversed()) {
      plan.say(`round ${round} of ${plan.rounds}: ${section}: ${one.name}`)
      const directory = join(plan.directory, `failover-${one.side}-${round}`)
      for (const [key, figure] of Object.entries(await failover(one, directory, plan)))
        lines[key][one.side].push(figure)
    }
  return Object.values(lines)
}

async function failover(side, directory, { limits }) {
  const first = await startCluster(side, join(directory, 'one'))
  let acknowledgedMs
  try {
    await createAssignedTopic(first.address, topic, [[victim, 1, 2]])
    const began = performance.now()
    first.kill()
    acknowledgedMs = (await acknowledgedByAnother(first.address, topic, victim)) - began
  } finally {
    await first.stop()
  }
  const second = await startCluster(side, join(directory, 'many'))
  try {
    const partitions = limits.topics * partitionsPerTopic
    const created = performance.now()
    await createMany(second.address, limits.topics)
    await until(async () => (await partitionsLedByOthers(second.address)) >= partitions, ledWithinMs, pollMs)
    const killed = performance.now()
    second.kill()
    await until(
      async () => (await partitionsLedByOthers(second.address, victim)) >= partitions,
      ledWithinMs,
      pollMs,
    )
    return { acknowledgedMs, createdMs: killed - created, ledAgainMs: performance.now() - killed }
  } finally {
    await second.stop()
  }
}

/** Three brokers, the last of which can be killed; `address` is of another one. */
async function startCluster({ side, choice }, directory) {
  if (side === 'inline') {
    const engine = await startEngine(directory, undefined, msk, brokerCount)
    return { address: engine.address, kill: () => engine.tell(`kill ${victim}`), stop: engine.stop }
  }
  const service = await startClusterService(choice, directory)
  const { addresses } = await createActiveCluster(service.msk)
  const brokers = await clusterBrokers(addresses[0])
  return {
    address: brokers.get(1),
    kill: () => process.kill(service.pidOfBroker(victim), 'SIGKILL'),
    stop: service.stop,
  }
}

/** The defaults of Amazon MSK that count here. */
const msk = ['default.replication.factor=3', 'min.insync.replicas=2', 'offsets.topic.replication.factor=3']

async function createMany(address, count) {
  for (let made = 0; made < count; made += topicsPerRequest) {
    const names = Array.from(
      { length: Math.min(topicsPerRequest, count - made) },
      (_, at) => `many-${made + at}`,
    )
    await createTopics(address, names, partitionsPerTopic, brokerCount)
  }
}
