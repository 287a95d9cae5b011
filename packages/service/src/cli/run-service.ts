import { writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { lineLogger, systemEffects } from '@sluice/effects'
import { apacheKafkaEngine } from '../fleet/engines/apache-kafka.ts'
import { ClusterFaults } from '../fleet/engines/embedded/faults/cluster-faults.ts'
import { ClusterTap } from '../fleet/engines/embedded/cluster-tap.ts'
import { embeddedEngine } from '../fleet/engines/embedded.ts'
import { startService, type Service } from '../service.ts'
import { isDetached, tellParent, tellProgress } from './detach.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { consoleDirectory } from './console-files.ts'
import { nodeProgram } from './node-program.ts'
import { describeFailure, printFailure, screenOf } from './failure.ts'
import { type OutputFormat, textOfOne } from './output.ts'
import { readyScreen } from './screen.ts'
import { PassingLine } from './passing-line.ts'
import { reachOf } from './reach-options.ts'
import type { StartSettings } from './settings.ts'

/**
 * npm hands a Ctrl-C on to a child that the terminal has signalled already, so that one key press arrives
 * twice. Only a signal that comes later than this is a second wish.
 */
const sameKeyPressMs = 500
const parentCheckMs = 500

/** What a terminal shows of what takes long. */
const passingLine = new PassingLine(process.stderr)

/** Is the service, until it is told to stop. */
export async function runService(
  settings: StartSettings,
  { output, isTerminal }: { output: OutputFormat; isTerminal: boolean },
): Promise<void> {
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
  if (process.env['npm_lifecycle_event'] !== undefined && !isDetached()) stopWithParent(stop)
  try {
    const effects = effectsFor(settings, () => service !== undefined)
    const onStep = (sentence: string) => {
      writeLine(sentence)
      if (isDetached() && service === undefined) tellProgress(sentence, { passing: false })
    }
    const onProgress = (sentence: string) => {
      if (!isDetached()) passingLine.show(sentence)
      else if (service === undefined) tellProgress(sentence, { passing: true })
    }
    const faults = settings.acceptAnySignature
      ? new ClusterFaults(effects, settings.dataDirectory)
      : undefined
    const tap = new ClusterTap(effects)
    const engines = [
      embeddedEngine(effects, nodeProgram(), { faults, tap: tap.tap }),
      apacheKafkaEngine({ effects, environment: surroundings(), onProgress: onStep }),
    ]
    // Whatever is open goes with the process: a clean stop would write into what is not ours.
    const onDirectoryLost = (error: Error) => void fail(error)
    service = await startService({
      ...settings,
      reach: reachOf(settings.host, settings.advertised),
      effects,
      engines,
      faults,
      tap,
      consoleDirectory: consoleDirectory(),
      onProgress,
      onDirectoryLost,
      signal: stopping.signal,
    })
  } catch (error) {
    if (stopping.signal.aborted) return calledOff()
    return fail(error)
  }
  if (stopping.signal.aborted) return end(service)
  const report = service.report()
  const { restored } = service
  // A link that signs in is for whoever reads it now: what goes into a file others may read.
  const consoleLink = isTerminal ? service.consoleLink() : report.console
  const news = { readyMs: performance.now(), restored, consoleLink, detached: isDetached() }
  passingLine.clear()
  const text = await textOfOne(report, () => readyScreen(report, news), output)
  if (isDetached()) await tellParent({ kind: 'ready', text, exitCode: exitCodeOf(report) })
  else process.stdout.write(text)
}

/**
 * npm runs a script through a shell, which dies of a SIGTERM that npm hands on and leaves its child alone: a
 * service that nobody would stop any more.
 */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, parentCheckMs)
  timer.unref()
}

/** The exit is explicit: nothing that somebody left open may keep a stopped service alive. */
async function end(service: Service): Promise<never> {
  try {
    await service.stop()
  } catch (error) {
    passingLine.clear()
    process.exit(printFailure(error))
  }
  passingLine.clear()
  process.exit(exitCodes.ok)
}

/** Whoever stops a start knows why it ends; the command that waits for it may be another's. */
async function calledOff(): Promise<never> {
  passingLine.clear()
  const text = screenOf(['The start was stopped before everything was ready.'])
  if (isDetached()) await tellParent({ kind: 'failed', text, exitCode: exitCodes.failed })
  process.exit(exitCodes.failed)
}

async function fail(error: unknown): Promise<never> {
  const { lines, exitCode } = describeFailure(error)
  const text = screenOf(lines)
  if (isDetached()) await tellParent({ kind: 'failed', text, exitCode })
  writeLine(text.trimEnd())
  process.exit(exitCode)
}

/** What the user's environment says; some systems have no HOME in it. */
function surroundings(): Record<string, string | undefined> {
  return { ...process.env, HOME: process.env['HOME'] || homedir() }
}

function effectsFor(settings: StartSettings, isReady: () => boolean) {
  const effects = systemEffects()
  // On a terminal a start ends in one screen, which says what the lines before it would have said.
  const isSilent = () => !isReady() && !isDetached() && settings.logLevel === undefined
  const write = (line: string) => {
    if (!isSilent()) writeLine(line)
  }
  // A terminal shows what needs a person; the log file of a detached service what happened.
  const level = settings.logLevel ?? (isDetached() ? 'info' : 'warn')
  return { ...effects, logger: lineLogger(write, level, () => effects.clock.now()) }
}

/** A log that cannot be written, on a full disk say, must not take the service with it. */
function writeLine(line: string): void {
  try {
    passingLine.clear()
    writeSync(process.stderr.fd, `${line}\n`)
  } catch {
    // There is nowhere to tell it.
  }
}
