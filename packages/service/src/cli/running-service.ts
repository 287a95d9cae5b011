import { resolve } from 'node:path'
import { systemClock, systemDisk, systemProcesses } from '@sluice/effects'
import { callApi } from '../aws/api-client.ts'
import { type AccessKey, loadAccessKey } from '../credentials.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { runningState, type ServiceState } from '../state-file.ts'
import { type StatusReport, statusPath } from '../status-report.ts'
import { NotRunningError } from './failure.ts'
import { defaultDataDirectory } from './options.ts'

/** The state of the service that runs on the data directory; fails with exit code 3 where none does. */
export function findRunning(dataDir: string): ServiceState {
  const dataDirectory = resolve(dataDir)
  const state = runningState(systemDisk(), systemProcesses(), dataDirectory)
  if (state) return state
  throw new NotRunningError(
    `No service is running on ${dataDirectory}.\n  Next: sluice start${dataDir === defaultDataDirectory ? '' : ` --data-dir ${dataDir}`}`,
  )
}

/** Asks the running service itself. */
export async function askStatus(dataDir: string): Promise<{ report: StatusReport; accessKey: AccessKey }> {
  const state = findRunning(dataDir)
  const dataDirectory = resolve(dataDir)
  const accessKey = loadAccessKey(systemDisk(), dataDirectory)
  if (!accessKey)
    throw new OperatingError(`The credentials of ${dataDirectory} are gone.`, {
      code: 'CREDENTIALS_MISSING',
      why: 'credentials.json was there when the service started and is not any more.',
      next: 'Restart the service: it makes new ones.',
    })
  const endpoint = {
    host: state.host,
    port: state.apiPort,
    credentials: accessKey,
    scope: { region: state.region, service: 'kafka' },
  }
  const answer = await callApi(endpoint, systemClock(), { method: 'GET', path: statusPath })
  return { report: answer as StatusReport, accessKey }
}
