import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import { codeOf, OperatingError } from '../operating-error.ts'

/** What is kept of a node's process in `<node>/process.json`, so that a later service finds it again. */
export interface ProcessNote {
  formatVersion: 1
  /**
   * `starting` is written before the process is: a service that was killed in between finds its child by the
   * marker. `stopping` tells an end that was asked for from one that was not.
   */
  state: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'
  /** Unique for each start. */
  marker: string
  /** Null until it is spawned. */
  pid: number | null
  /** Tells the process from a later one with the same pid; null where the system does not say. */
  startedAt: string | null
  fingerprint: string
  facts: Readonly<Record<string, unknown>>
  /** How long server.log was when this process started: what stands before is of earlier ones. */
  logBytesBefore: number
  /** Why it failed. */
  failure: string | null
}

export function noteFile(directory: string): string {
  return join(directory, 'process.json')
}

export function noteText(note: ProcessNote): string {
  return `${JSON.stringify(note, null, 2)}\n`
}

/** Null where no process was ever started. */
export function readNote(disk: Disk, directory: string): ProcessNote | null {
  const path = noteFile(directory)
  let content: string
  try {
    content = disk.readFileSync(path).toString()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  const note = parsed(content)
  if (!note) {
    throw new OperatingError(`The file ${path} cannot be understood.`, {
      code: 'PROCESS_NOTE_INVALID',
      why: 'It names the process of this node, and was changed by something else or written by a later version.',
      next: 'End the process of the node if it still runs, remove the file, and start again.',
    })
  }
  return note
}

const states: readonly string[] = ['starting', 'running', 'stopping', 'stopped', 'failed']

function parsed(content: string): ProcessNote | null {
  try {
    const note = JSON.parse(content) as ProcessNote
    const pidFits =
      note.pid === null ? note.state === 'starting' || note.state === 'stopped' : isPid(note.pid)
    const fits =
      note.formatVersion === 1 &&
      states.includes(note.state) &&
      pidFits &&
      typeof note.marker === 'string' &&
      typeof note.fingerprint === 'string' &&
      typeof note.facts === 'object' &&
      note.facts !== null &&
      Number.isSafeInteger(note.logBytesBefore)
    return fits ? note : null
  } catch {
    return null
  }
}

/** 0 and below would address whole groups of processes. */
function isPid(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}
