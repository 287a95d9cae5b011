// Runs every row against all sides, round by round, in alternating order.
import { touchMemory } from '../processes.mjs'
import { createAssignedTopic, deleteTopic } from '../protocol.mjs'

/** A figure a round for every side. */
export function emptyLine({ section, title, unit, better }) {
  return { section, title, unit, better, inline: [], process: [], kafka: [], notes: [] }
}

/** `targets`: side, name, service, brokers by id. */
export async function measureRounds(rows, targets, plan) {
  const lines = new Map(
    rows.map((row) => [row, row.figures.map((figure) => emptyLine({ ...figure, section: row.section }))]),
  )
  const memory = emptyLine({
    section: 'Memory',
    title: 'under load, all processes',
    unit: 'MB',
    better: 'less',
  })
  // The first round warms up all sides, in short runs, and does not count.
  for (let round = plan.quick ? 1 : 0; round <= plan.rounds; round++) {
    for (const [row, mine] of lines) {
      plan.say(
        `${round === 0 ? 'warm-up' : `round ${round} of ${plan.rounds}`}: ${row.section}: ${row.figures[0].title}`,
      )
      for (const target of round % 2 ? targets : targets.toReversed()) {
        const limits = round === 0 ? plan.warmUpLimits : plan.limits
        const result = await measured(row, target, limits, mine, plan)
        if (!result || round === 0) continue
        row.figures.forEach(({ key }, at) => mine[at][target.side].push(result[key]))
      }
    }
    if (round > 0) for (const { side, service } of targets) memory[side].push(service.megabytes())
  }
  return [...[...lines.values()].flat(), memory]
}

let topicCount = 0

/** One run with a topic of its own, which goes afterwards. Undefined where it failed: then why is noted. */
async function measured(row, target, limits, lines, plan) {
  const topic = `bench-${process.pid}-${++topicCount}`
  const ids = [...target.brokers.keys()].sort((a, b) => a - b)
  const assignments = row.assignments(ids)
  const address = target.brokers.get(assignments[0][0])
  try {
    await createAssignedTopic(address, topic, assignments)
    touchMemory()
    const ports = ids.map((id) => target.brokers.get(id).port)
    const result = await row.measure({ address, ports, topic, partitions: assignments.length, limits })
    await deleteTopic(address, topic)
    return result
  } catch (error) {
    plan.failures.push(`${row.section}: ${row.figures[0].title}, ${target.name}: ${error.message}`)
    const note = `${target.name}: a run failed`
    for (const line of lines) if (!line.notes.includes(note)) line.notes.push(note)
    return undefined
  }
}
