import { Command } from 'commander'
import { systemClock, systemDisk, systemProcesses } from '@sluice/effects'
import { resolve } from 'node:path'
import { OperatingError } from '../fleet/operating-error.ts'
import { runningState } from '../state-file.ts'
import { dataDirOption } from './options.ts'
import { findRunning } from './running-service.ts'

const pollMs = 25
/** A stop writes what recovery would otherwise have to find: give a slow disk time. */
const stopMsMax = 60_000

export function stopCommand(): Command {
  return new Command('stop')
    .description('stop the running service and wait until it is down')
    .addOption(dataDirOption())
    .action(async ({ dataDir }: { dataDir: string }) => {
      const { pid } = findRunning(dataDir)
      const clock = systemClock()
      systemProcesses().signal(pid, 'SIGTERM')
      const giveUpAt = clock.monotonic() + stopMsMax
      while (runningState(systemDisk(), systemProcesses(), resolve(dataDir))?.pid === pid) {
        if (clock.monotonic() > giveUpAt)
          throw new OperatingError(`The service (pid ${pid}) has not stopped.`, {
            code: 'STOP_TIMEOUT',
            why: `It was asked to ${stopMsMax / 1000} seconds ago and still runs.`,
            next: `Look at its log, or end it with kill -9 ${pid}; the next start recovers what was acknowledged.`,
          })
        await clock.sleep(pollMs)
      }
      process.stderr.write(`Stopped (pid ${pid}).\n`)
    })
}
