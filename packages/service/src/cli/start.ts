import { Command, Option } from 'commander'
import {
  lineLogger,
  systemClock,
  systemDisk,
  systemNetwork,
  systemProcesses,
  systemRandom,
} from '@sluice/effects'
import { embeddedEngine } from '../fleet/engines/embedded.ts'
import { startService, type Service } from '../service.ts'
import { detach, isDetached, tellParent } from './detach.ts'
import { exitCodes } from './exit-codes.ts'
import { describeFailure, printFailure, screenOf } from './failure.ts'
import { dataDirOption } from './options.ts'
import { readyScreen } from './screen.ts'
import { parseRegion, type StartFlags, startSettings, type StartSettings } from './settings.ts'

interface Flags extends StartFlags {
  detach?: boolean
  output: 'text' | 'json'
}

/**
 * npm hands a Ctrl-C on to a child that the terminal has signalled already, so that one key press arrives
 * twice. Only a signal that comes later than this is a second wish.
 */
const sameKeyPressMs = 500

/** `argv` is the whole command line: a detached service is started with the same one. */
export function startCommand(argv: readonly string[]): Command {
  return new Command('start')
    .description('start the service: the AWS endpoint and the clusters of the data directory')
    .addOption(dataDirOption())
    .option(
      '--api-port <port>',
      'port of the AWS endpoint, 0 for any free one (default: 9081 or the next free)',
    )
    .option(
      '--kafka-port <port>',
      "port of a new cluster's broker, 0 for any free one (default: 9092 or the next free)",
    )
    .option(
      '--cluster <name>',
      'make this cluster if it is not there (default: demo, in a new data directory)',
    )
    .option('--no-cluster', 'make no cluster')
    .option('--set <key=value...>', 'static broker properties of the cluster that is made, by Kafka’s names')
    .option('--region <region>', 'the AWS region to be (default: us-east-1)', parseRegion)
    .option(
      '--accept-any-signature',
      'development mode: do not check who signed a request to the AWS endpoint',
    )
    .option('--detach', 'return when everything is ready, and leave the service running')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']))
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .action(async (flags: Flags) => {
      const settings = startSettings(flags)
      if (flags.detach) await detach(settings.dataDirectory, argv)
      else await run(settings, flags.output)
    })
}

/** Is the service, until it is told to stop. */
async function run(settings: StartSettings, output: 'text' | 'json'): Promise<void> {
  const stopping = new AbortController()
  let service: Service | undefined
  let stopAskedAtMs: number | undefined
  const stop = () => {
    if (stopAskedAtMs === undefined) {
      stopAskedAtMs = performance.now()
      stopping.abort()
      if (service) void end(service)
    } else if (performance.now() - stopAskedAtMs > sameKeyPressMs) process.exit(exitCodes.failed)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const effects = effectsFor(settings)
    const engine = embeddedEngine(effects)
    service = await startService({ ...settings, effects, engine, signal: stopping.signal })
  } catch (error) {
    // Whoever stops a start knows why it ends.
    if (stopping.signal.aborted) process.exit(exitCodes.failed)
    return fail(error)
  }
  if (stopping.signal.aborted) return end(service)
  const report = service.report()
  const news = { readyMs: performance.now(), restored: service.restored, notes: service.notes }
  const text = output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : readyScreen(report, news)
  if (isDetached()) await tellParent({ kind: 'ready', text })
  else process.stdout.write(text)
}

/** The exit is explicit: nothing that somebody left open may keep a stopped service alive. */
async function end(service: Service): Promise<never> {
  try {
    await service.stop()
  } catch (error) {
    process.exit(printFailure(error))
  }
  process.exit(exitCodes.ok)
}

async function fail(error: unknown): Promise<never> {
  const { lines, exitCode } = describeFailure(error)
  const text = screenOf(lines)
  if (isDetached()) await tellParent({ kind: 'failed', text, exitCode })
  process.stderr.write(text)
  process.exit(exitCode)
}

function effectsFor(settings: StartSettings) {
  const clock = systemClock()
  // A terminal shows what needs a person; the log file of a detached service what happened.
  const level = settings.logLevel ?? (isDetached() ? 'info' : 'warn')
  return {
    clock,
    disk: systemDisk(),
    network: systemNetwork(),
    random: systemRandom(),
    processes: systemProcesses(),
    logger: lineLogger(
      (line) => process.stderr.write(`${line}\n`),
      level,
      () => clock.now(),
    ),
  }
}
