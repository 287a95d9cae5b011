// Restarts of one broker, with few and with many partitions: to the first acknowledged record, and its memory.
import { join } from 'node:path'
import { residentMegabytes } from '../processes.mjs'
import { createTopic, sleep } from '../protocol.mjs'
import { emptyLine } from './rounds.mjs'

const topic = 'bench-start'
/** A request may make 10,000 records of metadata: more partitions come in several topics. */
const partitionsPerTopic = 1000
const idleMs = 3000

/** `sides`: side, start(directory, topic). */
export async function measureStarts(partitions, sides, plan) {
  const many = partitions === 1 ? '1 partition' : `${partitions.toLocaleString('en')} partitions`
  const start = emptyLine({
    section: 'Starts',
    title: `restart with ${many} to the first acknowledged record`,
    unit: 'ms',
    better: 'less',
  })
  const memory = emptyLine({
    section: 'Memory',
    title: partitions === 1 ? 'idle, one broker' : `idle, one broker with ${many}`,
    unit: 'MB',
    better: 'less',
  })
  const directoryOf = (side) => join(plan.directory, `starts-${partitions}-${side}`)
  for (const { side, start: begin } of sides) {
    const first = await begin(directoryOf(side))
    for (let made = 0; made < partitions; made += partitionsPerTopic) {
      const name = made === 0 ? topic : `${topic}-${made}`
      await createTopic(first.address, name, Math.min(partitionsPerTopic, partitions - made))
    }
    await first.stop()
  }
  for (let round = 1; round <= plan.rounds; round++) {
    plan.say(`round ${round} of ${plan.rounds}: restart with ${many}`)
    for (const { side, start: begin } of round % 2 ? sides : sides.toReversed()) {
      const target = await begin(directoryOf(side), topic)
      start[side].push(target.firstAckMs)
      await sleep(idleMs)
      memory[side].push(residentMegabytes(target.pid))
      await target.stop()
    }
  }
  return [start, memory]
}
