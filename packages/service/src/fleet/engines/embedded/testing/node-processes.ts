import type { Clock, Disk, MemoryProcess, MemoryProcesses, Network, Processes, Random } from '@sluice/effects'
import { startNode } from '../node-life.ts'
import type { NodeProgram } from '../process-cluster.ts'

export const testProgram: NodeProgram = { command: 'node', program: ['node.js'], build: 'first' }

/**
 * Lets the processes of embedded clusters live in the test's own: each that is spawned runs the node that it is
 * started for, on the disk, the network and the clock of the test. SIGTERM and SIGKILL do to it what they do to one.
 */
export function runNodesIn(
  processes: MemoryProcesses,
  effects: { clock: Clock; disk: Disk; network: Network; random: Random },
): void {
  processes.onSpawn = (process) => void run(process)

  async function run(process: MemoryProcess): Promise<void> {
    const ending = new AbortController()
    process.ignoresSigterm = true
    const onFailure = () => process.end({ code: 1 })
    const started = startNode(
      process.args.at(-1) ?? '',
      { ...effects, processes: asSeenBy(process, processes) },
      { signal: ending.signal, onFailure },
    )
    void process.ended.then(async () => {
      ending.abort(new Error('the process has ended'))
      const node = await started.catch(() => null)
      await node?.stop({ clean: false })
    })
    process.onSignal = (signal) => {
      if (signal !== 'SIGTERM') return
      ending.abort(new Error('it is stopped by SIGTERM'))
      void started
        .then((node) => node.stop({ clean: true }))
        .catch(() => {})
        .then(() => process.end({ code: 143 }))
    }
    await started.catch(() => ending.signal.aborted || process.end({ code: 1 }))
  }
}

/** The same machine with another process as one's own. */
function asSeenBy({ pid }: MemoryProcess, processes: Processes): Processes {
  return {
    pid,
    isRunning: (other) => processes.isRunning(other),
    startedAt: (other) => processes.startedAt(other),
    signal: (other, signal) => processes.signal(other, signal),
  }
}
