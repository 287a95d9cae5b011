import { homedir, totalmem } from 'node:os'
import type { ChildProcesses, Disk, Network } from '@sluice/effects'
import { loopbackAddress } from '../fleet/reach.ts'
import { isFree } from '../fleet/free-port.ts'
import { findJava } from '../fleet/jvm/java.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { bad, type Check, note, ok } from './doctor-check.ts'

/* What of this machine `sluice doctor` looks at. */

/** Of the package's `engines`. */
const nodeMin = [20, 19] as const
const openFilesEnough = 4_096
const memoryBytesEnough = 512 * 1_048_576
/** The endpoint's, and those of the first brokers by MSK's listeners. */
const usualPorts = [9_081, 9_092, 9_094, 9_096, 9_098, 19_092, 29_092]

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])
  return isOld
    ? bad(
        'node',
        `Node.js ${version} is too old.`,
        `The service needs ${nodeMin.join('.')} or newer.`,
        'Install a current release from https://nodejs.org.',
      )
    : ok('node', `Node.js ${version}`)
}

export async function checkJava(processes: ChildProcesses): Promise<Check> {
  try {
    const { command, version } = await findJava(processes, { ...process.env, HOME: homedir() })
    return ok('java', `Java ${version} (${command})`)
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    const why = `${error.why} Only --engine apache-kafka needs it.`
    return note('java', error.message, why, error.next)
  }
}

export function checkLimits({ openFilesMax }: Pick<Disk, 'openFilesMax'>, memory = totalmem()): Check[] {
  const files =
    openFilesMax < openFilesEnough
      ? note(
          'open files',
          `A process may have ${openFilesMax} files open.`,
          'Each connection, and each partition in use, is one.',
          `Raise it before the start: ulimit -n ${openFilesEnough}`,
        )
      : ok('open files', `${openFilesMax} a process`)
  const gib = (memory / 1_024 ** 3).toFixed(1)
  const ofMemory =
    memory < memoryBytesEnough
      ? note(
          'memory',
          `The machine has ${gib} GiB.`,
          'A three-broker cluster takes 50 MB and the page cache of what is in use.',
          'Run fewer clusters.',
        )
      : ok('memory', `${gib} GiB`)
  return [files, ofMemory]
}

/** Where no service runs that has them. */
export async function checkPorts(network: Network): Promise<Check> {
  const taken: number[] = []
  for (const port of usualPorts) if (!(await isFree(network, loopbackAddress, port))) taken.push(port)
  return taken.length > 0
    ? note(
        'ports',
        `Others listen on ${taken.join(', ')}.`,
        'A start then takes other ports, and says which.',
        `Find out who it is: lsof -nP ${taken.map((port) => `-iTCP:${port}`).join(' ')} -sTCP:LISTEN`,
      )
    : ok('ports', `${usualPorts.join(', ')} are free`)
}

/** What the AWS tools of this shell would do otherwise than `sluice env` says. */
export function checkEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  endpoint: string | null,
): Check {
  const own = environment['AWS_ENDPOINT_URL_KAFKA']
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true' && own !== undefined)
    return note(
      'environment',
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.',
      'AWS tools then leave AWS_ENDPOINT_URL_KAFKA aside and speak to AWS itself.',
      'unset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    )
  if (own !== undefined && endpoint !== null && own !== endpoint)
    return note(
      'environment',
      `AWS_ENDPOINT_URL_KAFKA is ${own}.`,
      `The service on this data directory is at ${endpoint}.`,
      'eval "$(sluice env)"',
    )
  return ok(
    'environment',
    own === undefined ? 'no endpoint of AWS is overridden' : `AWS tools speak to ${own}`,
  )
}
