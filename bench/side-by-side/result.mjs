// What a run beside Apache Kafka gives, as data, from which document and plot are made:
//   date, command, rounds, quick, tookSeconds, versions, machine, stolenShare, failures: sentences,
//   lines: section, title, unit, better (more | less), a figure a round for each side, notes
import { cpuTicks, machineShape, sluiceVersion, stolenShare } from './machine.mjs'

/**
 * `options`: clients (compiled), kafka (resolved), directory for data, rounds, quick, command, and what `measure` takes
 * of the plan. `full` and `short`: how long and how much a run may be. `measure(plan)` gives the lines.
 */
export async function measuredResult(options, { full, short, sides, measure }) {
  const began = Date.now()
  const ticks = cpuTicks()
  const { rounds, quick, command, clients, kafka } = options
  const plan = { ...options, limits: quick ? short : full, warmUpLimits: short, failures: [] }
  const machine = machineShape(options.directory)
  const sluice = sluiceVersion()
  const lines = await measure(plan)
  return {
    date: new Date(began).toISOString().slice(0, 10),
    command,
    rounds,
    quick,
    tookSeconds: (Date.now() - began) / 1000,
    versions: {
      sluice,
      kafka: kafka.versions.broker,
      tools: kafka.versions.tools,
      node: process.versions.node,
      java: kafka.versions.java,
      clients: clients.kind,
    },
    machine,
    stolenShare: stolenShare(ticks, cpuTicks()),
    failures: plan.failures,
    lines: lines.filter((line) => sides.some(({ side }) => line[side].length > 0) || line.notes.length > 0),
  }
}

export function isWanted({ only }, title) {
  return title.toLowerCase().includes(only.toLowerCase())
}

/** Each of `all` (title, measure) may fail alone: hours of figures are not thrown away for one. */
export async function measureEach(all, plan) {
  const lines = []
  for (const { title, measure } of all) {
    if (!isWanted(plan, title)) continue
    try {
      lines.push(...(await measure()))
    } catch (error) {
      plan.failures.push(`${title}: ${error.message}`)
    }
  }
  return lines
}
