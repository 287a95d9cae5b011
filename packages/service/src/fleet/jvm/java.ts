import { join } from 'node:path'
import type { ChildProcesses, Completed } from '@sluice/effects'
import { codeOf, OperatingError } from '../operating-error.ts'

export interface Java {
  readonly command: string
  /** The feature release: 17 of `17.0.9`, 8 of `1.8.0_392`. */
  readonly version: number
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Apache Kafka's brokers need it from 4.0 on (KIP-1013). */
const javaVersionMin = 17

const remedy = `Install a Java runtime of version ${javaVersionMin} or newer and put it on the PATH, or set JAVA_HOME to its directory.`

/** The Java of JAVA_HOME, else of the PATH. Rejects with an OperatingError where it is missing or too old. */
export async function findJava(processes: ChildProcesses, environment: Environment): Promise<Java> {
  const home = environment.JAVA_HOME
  const command = home ? join(home, 'bin', 'java') : 'java'
  const asked = home ? `${command} (JAVA_HOME is ${home})` : 'java on the PATH (JAVA_HOME is not set)'
  const completed = await ask(processes, command, asked, environment)
  const version = javaVersionOf(completed.output)
  if (completed.code !== 0 || version === null) {
    throw missing(`Asked for its version, ${asked} answered: ${excerptOf(completed)}`)
  }
  if (version < javaVersionMin) {
    throw new OperatingError(`Apache Kafka needs Java ${javaVersionMin} or newer.`, {
      code: 'JAVA_TOO_OLD',
      why: `What was found is Java ${version}: ${asked}.`,
      next: remedy,
    })
  }
  return { command, version }
}

/** From what `java -version` prints; null where it names no version. */
export function javaVersionOf(output: string): number | null {
  // JEP 223: `17.0.9`, `21`, `22-ea`; before it, Java 8 was `1.8.0_392`.
  const match = /version "(?:1\.)?(\d+)/.exec(output)
  return match ? Number(match[1]) : null
}

async function ask(
  processes: ChildProcesses,
  command: string,
  asked: string,
  environment: Environment,
): Promise<Completed> {
  try {
    return await processes.run(command, ['-version'], { environment: definedIn(environment) })
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'there is none' : `it cannot be run (${codeOf(error)})`
    throw missing(`Looked for ${asked}: ${reason}.`, error)
  }
}

function missing(why: string, cause?: unknown): OperatingError {
  return new OperatingError('Apache Kafka runs on Java, and no usable Java was found.', {
    code: 'JAVA_MISSING',
    why,
    next: remedy,
    cause,
  })
}

function excerptOf({ output, code, signal }: Completed): string {
  const text = output.trim().split('\n').slice(-3).join(' ').slice(-300)
  return text === '' ? `nothing (it ended with ${code ?? signal}).` : `"${text}".`
}

export function definedIn(environment: Environment): Record<string, string> {
  const defined = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return Object.fromEntries(defined)
}
