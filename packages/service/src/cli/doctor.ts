import { resolve } from 'node:path'
import { systemEffects } from '@sluice/effects'
import { Command } from 'commander'
import { OperatingError } from '../fleet/operating-error.ts'
import { nodesLeftBehind } from '../fleet/processes/left-behind.ts'
import type { StatusReport } from '../status-report.ts'
import { version } from '../version.ts'
import type { Check } from './doctor-check.ts'
import { bad, note, ok } from './doctor-check.ts'
import { checkClock, checkDirectory, checkLeftBehind } from './doctor-directory.ts'
import { checkEnvironment, checkJava, checkLimits, checkNode, checkPorts } from './doctor-machine.ts'
import { checkCluster, checkVersion } from './doctor-service.ts'
import { exitCodes } from './exit-codes.ts'
import { NotRunningError } from './failure.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printAll } from './output.ts'
import { askStatus } from './running-service.ts'

const signs = { ok: '✓', note: '!', bad: '✗' } as const

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what is wrong with this machine, the data directory and the service on it; changes nothing')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async ({ dataDir, output }: { dataDir: string; output: OutputFormat }) => {
      const checks = await allChecks(dataDir)
      await printAll(checks, () => screenOf(checks), output)
      if (checks.some(({ status }) => status === 'bad')) process.exitCode = exitCodes.failed
    })
}

async function allChecks(dataDir: string): Promise<Check[]> {
  const effects = systemEffects()
  const directory = resolve(dataDir)
  const service = await serviceChecks(dataDir)
  const { report } = service
  return [
    checkNode(process.versions.node),
    ...checkLimits(effects.disk),
    await checkJava(effects.processes),
    checkClock(directory, Date.now()),
    ...checkDirectory(effects.disk, directory),
    ...(report ? [] : checkLeftBehind(nodesLeftBehind(effects, directory), dataDir)),
    // Those of a service that runs are taken by it.
    ...(report ? [] : [await checkPorts(effects.network)]),
    checkEnvironment(process.env, report?.endpoint ?? null),
    ...service.checks,
  ]
}

async function serviceChecks(dataDir: string): Promise<{ report: StatusReport | null; checks: Check[] }> {
  try {
    const { report } = await askStatus(dataDir)
    const { network } = systemEffects()
    const clusters = await Promise.all(report.clusters.map((one) => checkCluster(one, network, dataDir)))
    const notes = report.notes.map((text) =>
      note('service', text, 'It is otherwise than one expects.', 'Nothing.'),
    )
    const running = ok('service', `runs at ${report.endpoint} (pid ${report.pid})`)
    return { report, checks: [running, checkVersion(report, version, dataDir), ...notes, ...clusters] }
  } catch (error) {
    if (error instanceof NotRunningError)
      return { report: null, checks: [ok('service', error.lines[0] ?? '')] }
    if (error instanceof OperatingError)
      return { report: null, checks: [bad('service', error.message, error.why, error.next)] }
    throw error
  }
}

function screenOf(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ subject }) => subject.length))
  const lines = checks.flatMap(({ subject, status, what, why, next }) => [
    `${signs[status]} ${subject.padEnd(width)}  ${what}`,
    ...(status === 'ok'
      ? []
      : [`${' '.repeat(width + 4)}Why:  ${why}`, `${' '.repeat(width + 4)}Next: ${next}`]),
  ])
  const count = (status: Check['status']) => checks.filter((one) => one.status === status).length
  const sum = `${checks.length} looked at: ${count('bad')} bad, ${count('note')} to know.`
  return `${lines.join('\n')}\n\n${sum}\n`
}
