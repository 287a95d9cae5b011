import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Mutation } from './mutations.ts'
import type { Outcome, SimulationOptions } from './simulation.ts'

/** The simulation as a file that a thread runs. */
export interface Bundle {
  readonly file: string
  remove(): Promise<void>
}

/** Builds the simulation, with a bug put in or without. */
export type MakeBundle = (mutation?: Mutation) => Promise<Bundle>

/**
 * Plays simulations on so many threads, each begun in its turn, and tells of each as it ends. It begins no more once it
 * is told to stop (true); those that were begun before are told of, too: what stands first is known then.
 */
export async function playAll(
  bundle: Bundle,
  jobs: number,
  plays: Iterable<SimulationOptions>,
  ended: (play: SimulationOptions, outcome: Outcome) => boolean,
): Promise<void> {
  const left = plays[Symbol.iterator]()
  let isStopping = false
  const work = async (): Promise<void> => {
    const player = new Worker(bundle.file)
    try {
      while (!isStopping) {
        const { done, value: play } = left.next()
        if (done) return
        player.postMessage(play)
        const [outcome] = (await once(player, 'message')) as [Outcome]
        isStopping = ended(play, outcome) || isStopping
      }
    } finally {
      await player.terminate()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
}
