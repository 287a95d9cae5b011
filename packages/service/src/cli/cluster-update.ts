import { type Command, Option } from 'commander'
import { OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'
import { ownCommand } from './advice.ts'
import { describedColumns, type Flags, named } from './cluster-shapes.ts'
import { timeoutOption, type WaitFlags, waitUntil } from './cluster-wait.ts'
import { apiOf, type ClusterInfo, type MskApi } from './msk-api.ts'
import { printOne } from './output.ts'
import { chosenUpdate, type UpdateFlag, updateFlags, type UpdateRequest } from './update-requests.ts'

/**
 * `sluice cluster update`: every update operation of the MSK API, by flags that are named as its members are. One operation
 * at a time is what the API takes; which one it is follows from the flags.
 */
export function clusterUpdateVerb(): Command {
  const command = named(
    'update',
    'change a cluster by the operation of the MSK API that takes these flags, and wait for its end',
  )
  for (const { flag, value, help, read } of updateFlags())
    command.addOption(new Option(`--${flag} <${value}>`, help).argParser((text) => read(text, `--${flag}`)))
  return command
    .option('--no-wait', 'return when it is under way')
    .addOption(timeoutOption())
    .action((name: string, flags: UpdateFlags) => update(name, flags))
}

interface UpdateFlags extends Flags, WaitFlags {
  wait: boolean
  [flag: string]: unknown
}

async function update(name: string, flags: UpdateFlags): Promise<void> {
  const given = updateFlags().filter(({ key }) => flags[key] !== undefined)
  const request = chosenUpdate(new Map(given.map((flag): [UpdateFlag, unknown] => [flag, flags[flag.key]])))
  const api = await apiOf(flags.dataDir)
  const operationArn = await ask(api, await api.cluster(name), request)
  if (flags.wait) await waitForEnd(api, { name, operationArn, operation: request.operation }, flags)
  await printOne(await api.cluster(name), describedColumns, flags.output)
}

async function ask(
  api: MskApi,
  { clusterArn, currentVersion }: ClusterInfo,
  { method, path, body }: UpdateRequest,
): Promise<string> {
  const target = `/v1/clusters/${encodeURIComponent(clusterArn)}/${path}`
  const answer = (await api.call(method, target, { currentVersion, ...body })) as {
    clusterOperationArn?: string
  }
  if (answer.clusterOperationArn === undefined) throw new UsageError('The API has begun no operation.')
  return answer.clusterOperationArn
}

interface OperationInfo {
  operationState: string
  errorInfo?: { errorString?: string }
}

/** The change has come to its end when its operation has. */
async function waitForEnd(
  api: MskApi,
  { name, operationArn, operation }: { name: string; operationArn: string; operation: string },
  { timeout, dataDir }: UpdateFlags,
): Promise<void> {
  await waitUntil(timeout, async (isLate) => {
    const path = `/v1/operations/${encodeURIComponent(operationArn)}`
    const answer = (await api.call('GET', path)) as { clusterOperationInfo: OperationInfo }
    const { operationState: state, errorInfo } = answer.clusterOperationInfo
    if (state === 'UPDATE_COMPLETE') return true
    if (state === 'UPDATE_FAILED')
      throw new OperatingError(`${operation} of ${name} has failed, and was taken back.`, {
        code: 'UPDATE_FAILED',
        why: errorInfo?.errorString ?? 'It does not say why.',
        next: `Look at the cluster: ${ownCommand(`cluster describe ${name}`, dataDir)}`,
      })
    if (isLate)
      throw new OperatingError(`${operation} of ${name} is ${state} after ${timeout} seconds.`, {
        code: 'WAITED_TOO_LONG',
        why: 'It goes on without anybody waiting.',
        next: `Wait on: ${ownCommand(`cluster wait ${name}`, dataDir)}`,
      })
    return false
  })
}
