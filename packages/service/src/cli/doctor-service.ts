import type { Network } from '@sluice/effects'
import type { ClusterReport, StatusReport } from '../status-report.ts'
import { ownCommand } from './advice.ts'
import { bad, type Check, note, ok } from './doctor-check.ts'

/* What of a running service `sluice doctor` looks at. */

/** Nothing is said on these connections. */
const nobody = { receiveBuffer: () => new Uint8Array(1), onRead() {}, onDrain() {}, onClose() {} }

export function checkVersion(
  { version }: Pick<StatusReport, 'version'>,
  own: string,
  dataDir: string,
): Check {
  return version === own
    ? ok('version', own)
    : note(
        'version',
        `The service is ${version}, and this command line ${own}.`,
        'It was started before an update.',
        `${ownCommand('stop', dataDir)}, then ${ownCommand('start', dataDir)}`,
      )
}

/** Its state, and whether its listeners take connections. */
export async function checkCluster(
  cluster: ClusterReport,
  network: Network,
  dataDir: string,
): Promise<Check> {
  const { name, state, stateInfo, brokers } = cluster
  const subject = `cluster ${name}`
  const look = ownCommand(`cluster describe ${name}`, dataDir)
  if (state === 'FAILED' || state === 'HEALING')
    return bad(subject, `It is ${state}.`, stateInfo ?? 'It does not say why.', look)
  const listeners = brokers.flatMap((broker) => broker.listeners)
  const silent: string[] = []
  for (const { host, port } of listeners)
    if (!(await answers(network, host, port))) silent.push(`${host}:${port}`)
  if (silent.length > 0)
    return bad(
      subject,
      `${silent.join(', ')} take no connection.`,
      `It is ${state}, and its brokers are silent.`,
      `Look at their logs, below the data directory: clusters/*/broker-*/logs/server.log`,
    )
  if (stateInfo !== null) return note(subject, `It is ${state}.`, stateInfo, look)
  return ok(subject, `${state}, ${brokers.length} brokers, ${listeners.length} listeners answer`)
}

async function answers(network: Network, host: string, port: number): Promise<boolean> {
  try {
    const socket = await network.connect({ host, port }, () => nobody)
    socket.destroy()
    return true
  } catch {
    return false
  }
}
