import { basename, dirname, join, resolve } from 'node:path'
import { systemClock, systemDisk, systemProcesses } from '@sluice/effects'
import { ApiError, callApi, callJson } from '../aws/api-client.ts'
import { type AccessKey, loadAccessKey } from '../credentials.ts'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { nodesLeftBehind, type NodeLeftBehind } from '../fleet/processes/left-behind.ts'
import { type Occupant, occupantOf, type ServiceState } from '../state-file.ts'
import { type ClusterReport, type StatusReport, statusPath, untold } from '../status-report.ts'
import { ownCommand } from './advice.ts'
import { NotRunningError } from './failure.ts'
import { shellWord } from './own-name.ts'

/** Who runs on the data directory; undefined where nobody does. */
export function findOccupant(dataDir: string): Occupant | undefined {
  return occupantOf(systemDisk(), systemProcesses(), resolve(dataDir))
}

/** Asks the running service itself; fails with exit code 3 where none is ready. */
export async function askStatus(dataDir: string): Promise<{ report: StatusReport; accessKey: AccessKey }> {
  const occupant = findOccupant(dataDir)
  if (!occupant) throw notRunning(dataDir)
  if (occupant.kind === 'starting') throw starting(dataDir, occupant.process.pid)
  const { state } = occupant
  const accessKey = keyOf(resolve(dataDir))
  return { report: await reportOf(state, accessKey, dataDir), accessKey }
}

/** What a client of the cluster may log in with by SCRAM; empty where nobody can, or the secret is not there any more. */
export async function scramVariables(
  { local, region }: StatusReport,
  credentials: AccessKey,
  cluster: ClusterReport | undefined,
): Promise<Record<string, string>> {
  if (!cluster?.scramUser || cluster.listeners.CLIENT_SASL_SCRAM === undefined) return {}
  const at = { ...local, credentials, scope: { region, service: 'secretsmanager' } }
  try {
    const SecretId = cluster.scramUser.secretArn
    const secret = await callJson(at, systemClock(), 'secretsmanager', 'GetSecretValue', { SecretId })
    const { username, password } = JSON.parse((secret as { SecretString: string }).SecretString) as Record<
      'username' | 'password',
      unknown
    >
    return { SCRAM_USERNAME: String(username), SCRAM_PASSWORD: String(password) }
  } catch (error) {
    if (error instanceof ApiError || error instanceof SyntaxError) return {}
    throw error
  }
}

/** Whoever is deeper in a project has left the directory that the default one is in. What is not this user's is passed over. */
function runningAbove(dataDirectory: string): string | undefined {
  const name = basename(dataDirectory)
  for (let at = dirname(dataDirectory); at !== dirname(at); at = dirname(at)) {
    const above = join(dirname(at), name)
    if (systemDisk().existsSync(join(above, 'lock')) && findOccupant(above)) return above
  }
  return undefined
}

export function notRunning(dataDir: string): NotRunningError {
  const effects = { disk: systemDisk(), processes: systemProcesses() }
  const left = nodesLeftBehind(effects, resolve(dataDir))
  const none = `No service is running on ${resolve(dataDir)}`
  const start = ownCommand('start', dataDir)
  const isThere = effects.disk.existsSync(resolve(dataDir))
  const above = isThere ? undefined : runningAbove(resolve(dataDir))
  if (above !== undefined)
    return new NotRunningError([
      `${none}; one runs on ${above}.`,
      `Next: go to ${dirname(above)}, or name it: --data-dir ${shellWord(above)}`,
    ])
  if (!isThere)
    return new NotRunningError([
      `${none}: there is no such directory.`,
      'A service whose data directory is removed ends within seconds by itself, and its nodes with it.',
      `Next: ${start}`,
    ])
  if (left.length === 0) return new NotRunningError([`${none}.`, `Next: ${start}`])
  return new NotRunningError(
    [
      `${none}, but ${left.length === 1 ? 'a node' : `${left.length} nodes`} of one that was killed still run${left.length === 1 ? 's' : ''}:`,
      ...left.map(nodeLine),
      `Next: ${ownCommand('stop', dataDir)} stops them, ${start} takes them over.`,
    ],
    { leftBehind: left },
  )
}

function nodeLine({ name, pid }: NodeLeftBehind): string {
  return `  ${name}, pid ${pid}`
}

function starting(dataDir: string, pid: number): NotRunningError {
  return new NotRunningError(
    [
      `The service on ${resolve(dataDir)} is starting (pid ${pid}).`,
      `Next: wait until it is ready, or end it: ${ownCommand('stop', dataDir)}`,
    ],
    { starting: true, pid },
  )
}

function keyOf(dataDirectory: string): AccessKey {
  const accessKey = loadAccessKey(systemDisk(), dataDirectory)
  if (accessKey) return accessKey
  throw new OperatingError(`The credentials of ${dataDirectory} are gone.`, {
    code: 'CREDENTIALS_MISSING',
    why: 'credentials.json was there when the service started and is not any more.',
    next: 'Restart the service: it makes new ones.',
  })
}

async function reportOf(state: ServiceState, credentials: AccessKey, dataDir: string): Promise<StatusReport> {
  const { host, apiPort: port, region, pid } = state
  const endpoint = { host, port, credentials, scope: { region, service: 'kafka' } }
  try {
    const answer = (await callApi(endpoint, systemClock(), {
      method: 'GET',
      path: statusPath,
    })) as StatusReport
    const missing = untold(answer)
    if (missing !== undefined) throw olderService(dataDir, pid, missing)
    return answer
  } catch (error) {
    if (!['ECONNREFUSED', 'ECONNRESET'].includes(codeOf(error) ?? '')) throw error
    throw new OperatingError(`The service (pid ${pid}) does not answer.`, {
      code: codeOf(error) ?? '',
      why: `It runs, and port ${port} takes no connection: it may be stopping.`,
      next: `Wait a little; if it stays so, look at its log, and end it: ${ownCommand('stop', dataDir)}`,
    })
  }
}

function olderService(dataDir: string, pid: number, missing: string): OperatingError {
  return new OperatingError(
    `The service on ${resolve(dataDir)} (pid ${pid}) is of an older build than this command.`,
    {
      code: 'OLDER_SERVICE',
      why: `It does not tell its "${missing}", which this build asks for.`,
      next: `Have this build run it, which keeps all that is there: ${ownCommand('stop', dataDir)}, then ${ownCommand('start', dataDir)}`,
    },
  )
}
