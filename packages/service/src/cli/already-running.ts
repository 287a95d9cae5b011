import { OperatingError } from '../fleet/operating-error.ts'
import { ownCommand } from './advice.ts'
import { isDetached } from './detach.ts'
import { differences } from './differences.ts'
import { type OutputFormat, printOne } from './output.ts'
import { askStatus, findOccupant } from './running-service.ts'
import { runningScreen } from './screen.ts'
import type { StartSettings } from './settings.ts'

/**
 * A start where a service runs already is done, if that one is what was asked for: the same screen, exit code 0.
 * Fails where it runs with other settings, and where it is starting.
 */
export async function showIfRunning(
  settings: StartSettings,
  { output }: { output: OutputFormat },
): Promise<boolean> {
  const { dataDirectory } = settings
  // The detached service was started because nobody was here; another that came first has the lock.
  const occupant = isDetached() ? undefined : findOccupant(dataDirectory)
  if (!occupant) return false
  const { pid } = occupant.process
  if (occupant.kind === 'starting')
    throw new OperatingError(`A service is starting on ${dataDirectory} already (pid ${pid}).`, {
      code: 'SERVICE_STARTING',
      why: 'It has the data directory, and is not ready yet.',
      next: `Wait until it is (${ownCommand('status', dataDirectory)}), or end it: ${ownCommand('stop', dataDirectory)}`,
    })
  const { report } = await askStatus(dataDirectory)
  const differing = differences(settings, report)
  if (differing.length > 0)
    throw new OperatingError(`A service with other settings runs on ${dataDirectory} (pid ${pid}).`, {
      code: 'SERVICE_RUNNING',
      why: `${differing.join(' ')}`,
      next: `Stop it first (${ownCommand('stop', dataDirectory)}), leave those settings away, or choose another directory with --data-dir.`,
    })
  await printOne(report, () => runningScreen(report), output)
  return true
}
