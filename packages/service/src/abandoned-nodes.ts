import { dirname } from 'node:path'
import type { Processes, Disk } from '@sluice/effects'
import { nodeName } from './fleet/engines/engine.ts'
import type { ClusterStatus } from './fleet/clusters/cluster-status.ts'
import { codeOf } from './fleet/operating-error.ts'
import { readNote } from './fleet/processes/node-process-note.ts'

/** The process of a node, and where its data is or was. */
interface RunningProcess {
  /** `broker 1 of demo`. */
  name: string
  pid: number
  directory: string
}

/**
 * The data directory is lost. Ends the nodes that no service will find again, for what has noted them is gone; whoever
 * holds the directory now takes over the others. Says both in sentences.
 */
export function abandonNodes(
  { disk, processes }: { disk: Disk; processes: Processes },
  clusters: readonly Pick<ClusterStatus, 'name' | 'brokers' | 'quorum'>[],
): string[] {
  const nodes = clusters.flatMap((cluster) => processesOf(cluster, processes.pid))
  const isFound = ({ pid, directory }: RunningProcess) => readNote(disk, dirname(directory))?.pid === pid
  const left = nodes.filter(isFound)
  const orphans = nodes.filter((node) => !isFound(node))
  for (const { pid } of orphans) kill(processes, pid)
  return [
    ...(orphans.length > 0 ? [`Its nodes were ended with it: ${named(orphans)}.`] : []),
    ...(left.length > 0 ? [`Nodes still run that the next service there finds: ${named(left)}.`] : []),
  ]
}

function processesOf(
  { name, brokers, quorum }: Pick<ClusterStatus, 'name' | 'brokers' | 'quorum'>,
  ownPid: number,
): RunningProcess[] {
  return [...brokers, ...quorum].flatMap(({ role, id, local }) =>
    local && local.pid !== ownPid ? [{ name: `${nodeName({ role, nodeId: id })} of ${name}`, ...local }] : [],
  )
}

function kill(processes: Processes, pid: number): void {
  try {
    processes.signal(pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself.
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

function named(nodes: readonly RunningProcess[]): string {
  return nodes.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
}
