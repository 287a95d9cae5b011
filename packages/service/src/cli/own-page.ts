import { systemClock } from '@sluice/effects'
import { callApi } from '../aws/api-client.ts'
import { askStatus } from './running-service.ts'

/** Asks a page of the running service's own; what it refuses is an ApiError. */
export async function askOwnPage(
  dataDir: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const { report, accessKey: credentials } = await askStatus(dataDir)
  const scope = { region: report.region, service: 'kafka' }
  return callApi({ ...report.local, credentials, scope }, systemClock(), { method, path, body })
}
