import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { silentLogger, type SystemEffects, systemEffects } from '@sluice/effects'
import { lockDataDirectory } from '../fleet/data-directory.ts'
import { embeddedEngine } from '../fleet/engines/embedded.ts'
import { handedOver } from '../fleet/clusters/handover.ts'
import type { HandedOverNode } from '../fleet/engines/embedded/handover.ts'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { nodesLeftBehind } from '../fleet/processes/left-behind.ts'
import { ownCommand } from './advice.ts'
import { clusterVerbs } from './clusters.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printAll } from './output.ts'
import { shortPath } from './own-name.ts'
import { findOccupant, notRunning } from './running-service.ts'

export function clusterCommand(): Command {
  const command = new Command('cluster').description(
    'clusters: of a running service, and what is handed over of a stopped one',
  )
  for (const verb of clusterVerbs()) command.addCommand(verb)
  return command.addCommand(
    new Command('handover')
      .description(
        'write what Apache Kafka needs to go on with a cluster of the embedded engine, on its very directories',
      )
      .argument('<name>', 'the cluster')
      .requiredOption(
        '--out <directory>',
        'where a directory for each node with its server.properties is made',
      )
      .addOption(formatOption())
      .addOption(dataDirOption())
      .action(handOver),
  )
}

interface HandOverFlags {
  out: string
  dataDir: string
  output: OutputFormat
}

async function handOver(name: string, { out, dataDir, output }: HandOverFlags): Promise<void> {
  const effects = { ...systemEffects(), logger: silentLogger }
  refuseWhileRunning(effects, name, dataDir)
  const dataDirectory = resolve(dataDir)
  if (!effects.disk.existsSync(dataDirectory)) throw notRunning(dataDir)
  // Nothing starts on the directory meanwhile.
  const lock = lockDataDirectory(effects, dataDirectory)
  try {
    const engine = embeddedEngine(effects)
    const { nodes, withoutIam } = handedOver({ ...effects, engine }, dataDirectory, name)
    const paths = nodes.map((node) => writeFile(resolve(out), node))
    const written = nodes.map((node, at) => ({ node: node.name, path: paths[at] }))
    await printAll(written, () => paths.map((path) => `${path}\n`).join(''), output)
    process.stderr.write(nextSteps(name, paths, withoutIam))
  } finally {
    lock.release()
  }
}

function writeFile(out: string, { name, text }: HandedOverNode): string {
  const directory = join(out, name)
  const path = join(directory, 'server.properties')
  try {
    mkdirSync(directory, { recursive: true })
    writeFileSync(path, text, { mode: 0o600 })
    return path
  } catch (error) {
    const { message } = error as Error
    throw new OperatingError(`${path} cannot be written.`, {
      code: codeOf(error) ?? 'NOT_WRITTEN',
      why: message,
      next: 'Give --out a directory that this user may write.',
    })
  }
}

function refuseWhileRunning(effects: SystemEffects, name: string, dataDir: string): void {
  const left = nodesLeftBehind(effects, resolve(dataDir))
  const occupant = findOccupant(dataDir)
  if (!occupant && left.length === 0) return
  throw new OperatingError(`${name} is not handed over.`, {
    code: 'STILL_RUNNING',
    why: occupant
      ? `The service runs (pid ${occupant.process.pid}), and two brokers on one directory would destroy it.`
      : `Nodes of a service that was killed still run: ${left.map((node) => node.name).join(', ')}.`,
    next: `Stop it first: ${ownCommand('stop', dataDir)}`,
  })
}

function nextSteps(name: string, paths: readonly string[], withoutIam: boolean): string {
  return [
    '',
    `  ${name} can be started by Apache Kafka 4.4.0 now, the controller first, each in a terminal of its own:`,
    ...paths.map((path) => `    kafka-server-start.sh ${shortPath(path)}`),
    ...(withoutIam ? ['  Without its listener for IAM, which Apache Kafka does not know.'] : []),
    '  From then on the directories are Apache Kafka’s: keep the service away from them.',
    '',
    '',
  ].join('\n')
}
