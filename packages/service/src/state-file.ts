import { join } from 'node:path'
import { type Disk, isAlive, type Processes, type ProcessIdentity } from '@sluice/effects'
import { lockHolder } from './fleet/data-directory.ts'
import type { EngineName, Hosting } from './fleet/engines/engine.ts'
import { codeOf, OperatingError } from './fleet/operating-error.ts'

/**
 * `service.json` in the data directory: how the other verbs find a running service, and what the next start
 * takes over when no flag says otherwise. It is written when the service is ready for the first time, so its
 * absence means a new data directory.
 */
export interface ServiceState {
  formatVersion: 1
  version: string
  pid: number
  /** Tells a process from a later one with the same id; null where the system does not say. */
  processStartedAt: string | null
  startedAtMs: number
  /** Where this machine reaches the AWS endpoint. */
  host: string
  apiPort: number
  region: string
  /** Runs the clusters that name none; absent in files of the first release. */
  engine?: EngineName
  /** Of clusters that choose none; absent in files of earlier builds. */
  hosting?: Hosting
  /** The cluster that `env` means when none is named. */
  defaultCluster: string | null
}

export function readState(disk: Disk, dataDirectory: string): ServiceState | undefined {
  const path = pathOf(dataDirectory)
  let text: string
  try {
    text = disk.readFileSync(path).toString('utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
  try {
    const state = JSON.parse(text) as ServiceState
    if (state.formatVersion === 1 && Number.isInteger(state.pid) && Number.isInteger(state.apiPort))
      return state
  } catch {
    // Falls through to the same message as a file of another shape.
  }
  throw new OperatingError(`${path} cannot be read.`, {
    code: 'STATE_FILE_INVALID',
    why: 'It is not the state that this version of Sluice writes; it may have been edited or cut short.',
    next: `Delete ${path} and start again; clusters and their data are kept elsewhere.`,
  })
}

export function writeState(disk: Disk, dataDirectory: string, state: ServiceState): void {
  disk.writeFileAtomicSync(pathOf(dataDirectory), `${JSON.stringify(state, null, 2)}\n`)
}

/** Who has the data directory, and how far it is. */
export type Occupant =
  | { kind: 'ready'; process: ProcessIdentity; state: ServiceState }
  /** It has the lock, and has not said yet where it is reached. */
  | { kind: 'starting'; process: ProcessIdentity }

/** The service that runs on this directory; undefined where none does, also after a kill. */
export function occupantOf(disk: Disk, processes: Processes, dataDirectory: string): Occupant | undefined {
  const state = readState(disk, dataDirectory)
  if (state) {
    const process = { pid: state.pid, startedAt: state.processStartedAt }
    if (isAlive(process, processes)) return { kind: 'ready', process, state }
  }
  const holder = lockHolder(disk, dataDirectory)
  return holder && isAlive(holder, processes) ? { kind: 'starting', process: holder } : undefined
}

function pathOf(dataDirectory: string): string {
  return join(dataDirectory, 'service.json')
}
