import pc from 'picocolors'
import { ApiError } from '../aws/api-client.ts'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'
import { ownCommand } from './advice.ts'
import { exitCodes } from './exit-codes.ts'
import { isExplained } from './explain.ts'
import { defaultDataDirectory } from './options.ts'

/** No service is ready on the data directory: exit code 3. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError'
  readonly lines: readonly string[]
  /** What there is instead, for programs. */
  readonly found: Readonly<Record<string, unknown>>

  constructor(lines: readonly string[], found: Readonly<Record<string, unknown>> = {}) {
    super(lines.join(' '))
    this.lines = lines
    this.found = found
  }
}

/** Prints why a verb failed, on stderr and on one screen, and answers the exit code. */
export function printFailure(error: unknown): number {
  const { lines, exitCode } = describeFailure(error)
  process.stderr.write(screenOf(lines))
  return exitCode
}

export function screenOf(lines: readonly string[]): string {
  return `\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n\n`
}

/** What failed, why (with its code), what to do next, and where more is told of the code. */
export function describeFailure(error: unknown): { lines: string[]; exitCode: number } {
  if (error instanceof UsageError) return { lines: [pc.red(error.message)], exitCode: exitCodes.usage }
  if (error instanceof NotRunningError) return { lines: [...error.lines], exitCode: exitCodes.notRunning }
  if (error instanceof OperatingError)
    return told([error.message, withCode(error.why, error.code), error.next], error.code)
  if (error instanceof ApiError)
    return told(
      [
        'The AWS endpoint refused the request.',
        `${error.message} (${error.code})`,
        'Correct it and try again.',
      ],
      error.code,
    )
  const code = codeOf(error)
  if (code !== undefined && systemAdvice[code]) {
    const { message } = error as Error
    return told(['The system refused.', withCode(message, code), systemAdvice[code]], code)
  }
  // Anything else is a bug of ours: the stack is what a report needs.
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return told(['Sluice failed in a way it did not foresee.', stack, 'Please report it with the lines above.'])
}

function withCode(why: string, code: string): string {
  return why.includes(code) ? why : `${why} (${code})`
}

function told(
  [what, why, next]: readonly [what: string, why: string, next: string],
  code?: string,
): { lines: string[]; exitCode: number } {
  const lines = [pc.red(what), `Why:  ${why}`, `Next: ${next}`]
  if (code !== undefined && isExplained(code))
    lines.push(`More: ${ownCommand(`explain ${code}`, defaultDataDirectory)}`)
  return { lines: lines.flatMap((line) => line.split('\n')), exitCode: exitCodes.failed }
}

const systemAdvice: Record<string, string> = {
  ENOSPC: 'Free some disk space, or choose another place with --data-dir.',
  EDQUOT: 'Free some of your disk quota, or choose another place with --data-dir.',
  EROFS: 'Choose a place that can be written with --data-dir.',
  EACCES: 'Give this user the right to it, or choose another place with --data-dir.',
  EPERM: 'Give this user the right to it, or choose another place with --data-dir.',
  ENOENT: 'Choose another place with --data-dir: no directory can be made there.',
  ENOTDIR: 'Choose a directory with --data-dir.',
  EADDRINUSE: 'Choose another port, or 0 for any free one.',
  EMFILE: 'Raise the limit of open files (ulimit -n) and start again.',
}
