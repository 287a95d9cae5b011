import { systemClock } from '@sluice/effects'
import { callApi } from '../aws/api-client.ts'
import { askStatus } from './running-service.ts'

type Method = 'GET' | 'POST' | 'DELETE'

/** Asks pages of the running service's own; what one refuses is an ApiError. */
export async function ownPagesOf(
  dataDir: string,
): Promise<(method: Method, path: string, body?: object) => Promise<unknown>> {
  const { report, accessKey: credentials } = await askStatus(dataDir)
  const scope = { region: report.region, service: 'kafka' }
  const endpoint = { ...report.local, credentials, scope }
  return (method, path, body) => callApi(endpoint, systemClock(), { method, path, body })
}

/** The same once. */
export async function askOwnPage(
  dataDir: string,
  method: Method,
  path: string,
  body?: object,
): Promise<unknown> {
  return (await ownPagesOf(dataDir))(method, path, body)
}
