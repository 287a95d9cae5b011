import { join } from 'node:path'
import {
  type ChildProcesses,
  type Clock,
  type Disk,
  isAlive,
  type Logger,
  type Random,
} from '@sluice/effects'
import { codeOf } from '../operating-error.ts'
import { markerArgument, NodeProcess } from './node-process.ts'
import { type ProcessNote, readNote } from './node-process-note.ts'

/** A node's process that runs although no service does: one that was killed has started it. */
export interface NodeLeftBehind {
  /** `broker-1 of demo`. */
  name: string
  pid: number
  /** Of the node. */
  directory: string
}

/** For a controlled shutdown; then the process is killed. */
const stopGraceMs = 60_000

/** Looks at what nodes have noted of their processes; changes nothing. */
export function nodesLeftBehind(
  { disk, processes }: { disk: Disk; processes: ChildProcesses },
  dataDirectory: string,
): NodeLeftBehind[] {
  const clusters = directoriesIn(disk, join(dataDirectory, 'clusters'))
  return clusters.flatMap(({ path: cluster, name: uuid }) =>
    directoriesIn(disk, cluster).flatMap(({ path: directory, name }) => {
      const note = readNote(disk, directory)
      const pid = note && pidOf(note, processes)
      return pid ? [{ name: `${name} of ${nameOf(disk, cluster) ?? uuid}`, pid, directory }] : []
    }),
  )
}

/** Stops them cleanly, the brokers first: they hand over what they lead while the quorum is there. */
export async function stopLeftBehind(
  effects: { clock: Clock; disk: Disk; processes: ChildProcesses; random: Random; logger: Logger },
  nodes: readonly NodeLeftBehind[],
): Promise<void> {
  const stopAll = (some: readonly NodeLeftBehind[]) =>
    Promise.all(
      some.map(({ directory, name }) =>
        NodeProcess.open({ directory, name, effects, onFailure: () => {} }).stop({ graceMs: stopGraceMs }),
      ),
    )
  const isBroker = ({ name }: NodeLeftBehind) => name.startsWith('broker-')
  await stopAll(nodes.filter(isBroker))
  await stopAll(nodes.filter((node) => !isBroker(node)))
}

function pidOf(note: ProcessNote, processes: ChildProcesses): number | undefined {
  if (note.state === 'stopped' || note.state === 'failed') return undefined
  const { pid, startedAt } = note
  if (pid === null) return processes.findByArgument(markerArgument(note.marker))[0]
  return isAlive({ pid, startedAt }, processes) ? pid : undefined
}

function directoriesIn(disk: Disk, path: string): { path: string; name: string }[] {
  try {
    return disk
      .readdirSync(path)
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => ({ path: join(path, name), name }))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}

/** For a sentence; a record that cannot be read is told of where it is needed. */
function nameOf(disk: Disk, cluster: string): string | undefined {
  try {
    const { name } = JSON.parse(disk.readFileSync(join(cluster, 'cluster.json')).toString()) as {
      name?: unknown
    }
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}
