// Runs the rows against ours and, where there is one, another broker; then starts and memory.
import { join } from 'node:path'
import { residentMegabytes } from './processes.mjs'
import { createTopic, deleteTopic, sleep } from './protocol.mjs'
import { measureLoopback, tableRows } from './rows.mjs'
import { settle } from './settle.mjs'
import { freePort, startEngine, startOther, startService } from './targets.mjs'

/**
 * Lines of the table: title, unit, wanted, and the figures of every round. `plan`: clients, directory, rounds,
 * quick, only, the other broker (`address` of a running one, or `launcher`), `say` for progress.
 */
export async function measureLoads(plan) {
  const rows = tableRows(plan.clients, plan.quick).filter((row) =>
    row.figures.some((figure) => figure.title.includes(plan.only)),
  )
  const targets = [{ side: 'ours', ...(await startEngine(join(plan.directory, 'engine'))) }]
  try {
    if (plan.address) targets.push({ side: 'theirs', address: plan.address, stop: async () => {} })
    if (plan.launcher)
      targets.push({ side: 'theirs', ...(await startOther(plan.launcher, join(plan.directory, 'other'))) })
    const lines = rows.flatMap((row) =>
      row.figures.map((figure) => ({ ...figure, row, ours: [], theirs: [], raw: [] })),
    )
    // The first round warms up both sides and does not count.
    for (let round = plan.quick ? 1 : 0; round <= plan.rounds; round++) {
      const loopback = await measureLoopback(plan.clients, plan.quick)
      for (const row of rows) {
        const mine = round === 0 ? [] : lines.filter((line) => line.row === row)
        for (const line of mine) line.raw.push(loopback[line.yardstick])
        for (const target of round % 2 ? targets : targets.toReversed()) {
          const result = await measureRow(row, target, plan.directory)
          for (const line of mine) line[target.side].push(result[line.key])
        }
        plan.say(`${round === 0 ? 'warm-up' : `round ${round} of ${plan.rounds}`}: ${row.figures[0].title}`)
      }
    }
    const memory = emptyLine('memory after load', 'MB', '< 150 MB')
    for (const target of targets) memory[target.side].push(residentMegabytes(target.pid))
    return [...lines, memory]
  } finally {
    for (const target of targets) await target.stop()
  }
}

let topicCount = 0

/** Each run has a topic of its own, which goes afterwards. */
async function measureRow(row, target, directory) {
  const topic = `bench-${process.pid}-${++topicCount}`
  const run = async () => {
    await createTopic(target.address, topic, row.partitions)
    await settle(directory)
    const result = await row.measure({ ...target.address, topic })
    await deleteTopic(target.address, topic)
    return result
  }
  try {
    return await run()
  } catch (error) {
    // Where the broker itself has ended, that is the better explanation.
    await Promise.race([target.failed, sleep(500)])
    throw new Error(`${row.figures[0].title}, ${target.side}: ${error.message}`, { cause: error })
  }
}

/** Start to first acknowledged record, on a directory that has the topic, and memory a while after that. */
export async function measureStarts(plan) {
  const topic = 'bench-start'
  const servicePort = await freePort()
  const servicePlan = (name) => startService(join(plan.directory, 'service'), servicePort, name)
  const sides = [
    { side: 'ours', of: 'engine', start: (name) => startEngine(join(plan.directory, 'starts'), name) },
    { side: 'ours', of: 'service', start: servicePlan },
  ]
  if (plan.launcher)
    sides.push({
      side: 'theirs',
      of: 'engine',
      start: (name) => startOther(plan.launcher, join(plan.directory, 'other-starts'), name),
    })
  const lines = {
    engineStart: emptyLine('start to first acknowledged record, engine', 'ms', '< 120 ms'),
    serviceStart: emptyLine('start to first acknowledged record, whole service', 'ms', '< 600 ms'),
    engineMemory: emptyLine('memory idle, engine', 'MB', '< 60 MB'),
    serviceMemory: emptyLine('memory idle, whole service', 'MB', '< 120 MB'),
  }
  for (const { start } of sides) {
    const first = await start()
    await createTopic(first.address, topic, 1)
    await first.stop()
  }
  for (let round = 1; round <= plan.rounds; round++) {
    for (const { side, of, start } of sides) {
      const target = await start(topic)
      await sleep(plan.quick ? 500 : 3000)
      lines[`${of}Start`][side].push(target.firstAckMs)
      lines[`${of}Memory`][side].push(residentMegabytes(target.pid))
      await target.stop()
    }
    plan.say(`round ${round} of ${plan.rounds}: starts`)
  }
  return Object.values(lines)
}

function emptyLine(title, unit, wanted) {
  return { title, unit, wanted, ours: [], theirs: [], raw: [] }
}
