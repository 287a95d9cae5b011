// Runs every row against all sides, round by round, in alternating order.
import { deleteTopic, sleep } from '../protocol.mjs'
import { settle } from '../settle.mjs'
import { Unserved } from './unserved.mjs'

/** The rounds count after one that warms up all sides, in short runs. */
const warmUp = 0

/** The figures of one row's figure, or of one life: per side one value a round. */
export function emptyLine({ section, title, unit, better }, sides = ['sluice', 'kafka']) {
  const figures = Object.fromEntries(sides.map((side) => [side, []]))
  return { section, title, unit, better, ...figures, notes: [] }
}

/**
 * `targets`: all sides, running: side, name, megabytes(), failed, and makeTopic(row, topic), which gives what the row's
 * measure has to know of its topic, the address of a broker among it. `plan`: directory of all data, rounds, quick, limits,
 * warmUpLimits, failures[], say. A row has `copies` where the bytes of its limits are written: how
 * often. `memoryOf`: whose memory that is.
 */
export async function measureRounds(rows, targets, plan, memoryOf) {
  const sides = targets.map(({ side }) => side)
  const lines = new Map(
    rows.map((row) => [
      row,
      row.figures.map((figure) => emptyLine({ ...figure, section: row.section }, sides)),
    ]),
  )
  const title = `under load, ${memoryOf}`
  const memory = emptyLine({ section: 'Memory', title, unit: 'MB', better: 'less' }, sides)
  try {
    for (let round = plan.quick ? warmUp + 1 : warmUp; round <= plan.rounds; round++) {
      await measureRound(round, lines, targets, plan)
      if (round > warmUp) for (const { side, megabytes } of targets) memory[side].push(megabytes())
    }
  } catch (error) {
    // A broker has ended. What is measured already is not thrown away for that.
    plan.failures.push(error.message)
  }
  return [...lines.values(), memory].flat()
}

async function measureRound(round, lines, targets, plan) {
  const limits = round === warmUp ? plan.warmUpLimits : plan.limits
  const name = round === warmUp ? 'warm-up' : `round ${round} of ${plan.rounds}`
  for (const [row, mine] of lines) {
    plan.say(`${name}: ${row.section}: ${row.figures[0].title}`)
    for (const target of round % 2 ? targets : targets.toReversed()) {
      const result = await measured(row, { ...target, limits }, mine, plan)
      if (!result || round === warmUp) continue
      row.figures.forEach(({ key }, at) => mine[at][target.side].push(result[key]))
    }
  }
}

let topicCount = 0

/** One run with a topic of its own, which goes afterwards. Undefined where it failed or is not served: then why is noted. */
async function measured(row, target, lines, plan) {
  const topic = `bench-${process.pid}-${++topicCount}`
  try {
    const place = { ...target, ...(await target.makeTopic(row, topic)), topic }
    await settle(plan.directory, row.copies && row.copies * target.limits.bytes)
    const result = await row.measure(place)
    await deleteTopic(place.address, topic)
    return result
  } catch (error) {
    // Where the broker itself has ended, there is nothing left to measure.
    await Promise.race([target.failed, sleep(500)])
    const unserved = error instanceof Unserved
    if (!unserved)
      plan.failures.push(`${row.section}: ${row.figures[0].title}, ${target.name}: ${error.message}`)
    const note = `${target.name}: ${unserved ? error.message : 'the run failed'}`
    for (const line of lines) if (!line.notes.includes(note)) line.notes.push(note)
    return undefined
  }
}
