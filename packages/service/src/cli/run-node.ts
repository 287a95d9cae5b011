import { systemEffects } from '@sluice/effects'
import { startNode } from '../fleet/engines/embedded/node-life.ts'
import { exitCodes } from './exit-codes.ts'

// The process of one node of an embedded cluster, `node.js … FILE`, as the service starts it: a bundle of its own, that
// holds nothing but the brokers.

/** As a JVM says that it went in order when it was told to. */
const stoppedBySigterm = 143

async function runNode(path: string): Promise<number> {
  const stopping = new AbortController()
  const asked = new Promise<void>((resolve) => {
    process.on('SIGTERM', () => {
      stopping.abort(new Error('it is stopped by SIGTERM'))
      resolve()
    })
  })
  try {
    const node = await startNode(path, systemEffects(), {
      signal: stopping.signal,
      onFailure: () => process.exit(exitCodes.failed),
    })
    await asked
    await node.stop({ clean: true })
    return stoppedBySigterm
  } catch (error) {
    if (stopping.signal.aborted) return stoppedBySigterm
    // Its log has the reason; this is for what happens before there is a log.
    console.error(error)
    return exitCodes.failed
  }
}

// The exit is explicit: nothing that somebody left open may keep a stopped node alive.
void runNode(process.argv.at(-1) ?? '').then((exitCode) => process.exit(exitCode))
