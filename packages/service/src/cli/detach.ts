import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { systemDisk } from '@sluice/effects'
import { explained } from '../fleet/data-directory.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { exitCodes } from './exit-codes.ts'
import { launcher } from './own-name.ts'
import { PassingLine } from './passing-line.ts'

/** What the detached service tells the command that started it, at the end of its start. */
type News =
  | { kind: 'ready'; text: string; exitCode: number }
  | { kind: 'failed'; text: string; exitCode: number }

/** What it tells before, while something takes long. */
interface Progress {
  kind: 'progress'
  text: string
  /** Shown until the next one comes, and only on a terminal. */
  passing: boolean
}

/** What the detached service is told at its beginning: what other users of this machine must not see among its arguments. */
interface Order {
  /** Of `--set`. */
  set: string[] | undefined
  /** A person reads what is printed, and no file keeps it. */
  isTerminal: boolean
}

const marker = 'SLUICE_DETACHED'
const logTailBytes = 2_000

/** Is this process the detached service? */
export function isDetached(): boolean {
  return process.env[marker] === '1' && process.send !== undefined
}

/** Resolves when it is told, or when nobody listens any more: the service does not need its parent. */
export function tellParent(news: News): Promise<void> {
  return new Promise((resolve) => {
    const told = () => {
      if (process.connected) process.disconnect()
      resolve()
    }
    if (process.send && process.connected) process.send(news, undefined, undefined, told)
    else resolve()
  })
}

export function tellProgress(text: string, { passing }: { passing: boolean }): void {
  if (process.send && process.connected) process.send({ kind: 'progress', text, passing } satisfies Progress)
}

/** Resolves in the detached service. */
export function orderOfParent(): Promise<Order> {
  return new Promise((resolve, reject) => {
    const left = () => reject(new Error('the command that started this service has gone'))
    process.once('disconnect', left).once('message', (order) => {
      process.off('disconnect', left)
      resolve(order as Order)
    })
  })
}

/** `argv` without `--set` and its values, which may be passwords. */
function withoutProperties(argv: readonly string[]): string[] {
  const kept: string[] = []
  let isValue = false
  for (const word of argv) {
    if (word.startsWith('-')) isValue = word === '--set'
    if (!isValue && !word.startsWith('--set=')) kept.push(word)
  }
  return kept
}

/** Starts this same command line in a session of its own and waits until it is ready or has failed. */
export async function detach(dataDirectory: string, argv: readonly string[], order: Order): Promise<void> {
  const logPath = join(dataDirectory, 'sluice.log')
  const log = openLog(dataDirectory, logPath)
  const logStart = fstatSync(log).size
  const command = [launcher(), ...withoutProperties(argv).filter((argument) => argument !== '--detach')]
  const child = spawn(process.execPath, [...process.execArgv, ...command], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, [marker]: '1' },
  })
  closeSync(log)
  child.send(order)
  const giveUp = () => {
    child.kill('SIGTERM')
    process.exit(exitCodes.failed)
  }
  process.on('SIGINT', giveUp).on('SIGTERM', giveUp)
  const news = await newsFrom(child)
  process.off('SIGINT', giveUp).off('SIGTERM', giveUp)
  child.unref()
  if (child.connected) child.disconnect()
  if (news.kind === 'ready') {
    process.stdout.write(news.text)
    process.exitCode = news.exitCode
    return
  }
  if (news.kind === 'failed') {
    process.stderr.write(news.text)
    process.exitCode = news.exitCode
    return
  }
  throw new OperatingError('The service ended before it was ready.', {
    code: 'START_FAILED',
    why: `${news.how}. The end of its log:\n${tail(logPath, logStart)}`,
    next: `The whole log is ${logPath}.`,
  })
}

function openLog(dataDirectory: string, path: string): number {
  try {
    systemDisk().mkdirSync(dataDirectory)
    return openSync(path, 'a', 0o600)
  } catch (error) {
    throw explained(dataDirectory, error)
  }
}

function newsFrom(child: ChildProcess): Promise<News | { kind: 'ended'; how: string }> {
  const line = new PassingLine(process.stderr)
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const news = message as News | Progress
      if (news.kind === 'progress' && news.passing) return line.show(news.text)
      line.clear()
      if (news.kind === 'progress') process.stderr.write(`${news.text}\n`)
      else resolve(news)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      resolve({
        kind: 'ended',
        how: signal ? `It was ended by ${signal}` : `It ended with exit code ${code}`,
      }),
    )
  })
}

function tail(path: string, from: number): string {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const start = Math.max(from, size - logTailBytes)
    const buffer = Buffer.alloc(Math.max(size - start, 0))
    readSync(file, buffer, 0, buffer.length, start)
    return buffer.toString('utf8').trimEnd()
  } finally {
    closeSync(file)
  }
}
