import { dirname } from 'node:path'
import pc from 'picocolors'
import type { ClusterReport, ExporterReport, NodeReport, StatusReport } from '../status-report.ts'
import { ownCommand } from './advice.ts'
import { chosenCluster } from './environment.ts'
import { screenOf } from './failure.ts'
import { isOpenToOthers } from '../fleet/reach.ts'
import { shortPath } from './own-name.ts'

const serversNamedMax = 3

/** What only a start has to tell. */
interface StartNews {
  readyMs: number
  /** How many there were before. */
  restored: Readonly<{ clusters: number; streams: number }>
  /** That opens the console, signed in where nobody else could use it; null where there is none. */
  consoleLink: string | null
  /** It goes on when the command has returned. */
  detached: boolean
}

/** The one screen after `sluice start`. */
export function readyScreen(
  report: StatusReport,
  { readyMs, restored, consoleLink, detached }: StartNews,
): string {
  const kept = [
    ...(restored.clusters > 0 ? [counted(restored.clusters, 'cluster')] : []),
    ...(restored.streams > 0 ? [counted(restored.streams, 'stream')] : []),
  ].join(' and ')
  const head = [
    pc.green(`ready in ${Math.round(readyMs)} ms`),
    `data ${shortPath(report.dataDirectory)} (${kept ? `${kept} restored` : 'new'})`,
    isOpenToOthers(report.reach) ? `bound to ${report.reach.host}` : `bound to ${report.reach.host} only`,
  ]
  return startScreen(report, head, { holdsTerminal: !detached, consoleLink })
}

/** The same, for one that ran already. */
export function runningScreen(report: StatusReport): string {
  return startScreen(report, runningHead(report), { holdsTerminal: false, consoleLink: report.console })
}

/** The screen of `sluice status`. */
export function statusScreen(report: StatusReport): string {
  return screenOf([
    headLine(report, runningHead(report)),
    '',
    ...consoleLines(report.console, report),
    ...endpointLines(report, (cluster) => nodeLines(cluster, report)),
    row('Stop it', ownCommand('stop', report.dataDirectory)),
    ...noteLines(report),
  ])
}

/** `holdsTerminal`: what is printed has to be typed somewhere else. */
function startScreen(
  report: StatusReport,
  head: readonly string[],
  { holdsTerminal, consoleLink }: { holdsTerminal: boolean; consoleLink: string | null },
): string {
  const stop = ownCommand('stop', report.dataDirectory)
  return screenOf([
    headLine(report, head),
    '',
    ...consoleLines(consoleLink, report),
    ...endpointLines(report),
    row('Stop it', holdsTerminal ? `Ctrl-C, or in another terminal ${stop}` : stop),
    '',
    holdsTerminal ? 'Next, in another terminal:' : 'Next:',
    ...nextLines(report).map((line) => `  ${line}`),
    ...noteLines(report),
  ])
}

/** With a ticket it is longer than its address, and signs in. */
function consoleLines(link: string | null, report: StatusReport): string[] {
  if (link === null) return []
  const isEnough = link !== report.console || report.acceptsAnySignature
  const told = `   ${ownCommand('console', report.dataDirectory)} has a link that signs in`
  return [row('Console', `${pc.cyan(link)}${isEnough ? '' : told}`)]
}

function headLine({ version }: StatusReport, rest: readonly string[]): string {
  return [pc.bold(`sluice ${version}`), ...rest].join(' · ')
}

function runningHead({ startedAt, pid, dataDirectory }: StatusReport): string[] {
  return [`${pc.green('running')} since ${startedAt}`, `pid ${pid}`, `data ${shortPath(dataDirectory)}`]
}

function endpointLines(
  report: StatusReport,
  more: (cluster: ClusterReport) => string[] = () => [],
): string[] {
  return [
    row('AWS endpoint', `${pc.cyan(report.endpoint)}   ${report.region}, account ${report.accountId}`),
    ...(report.clusters.length === 0 ? [row('Clusters', 'none; create one through the AWS endpoint')] : []),
    ...report.clusters.flatMap((cluster) => [
      row('Cluster', [pc.bold(cluster.name), stateText(cluster.state), ...softwareText(cluster)].join('   ')),
      row('  ARN', cluster.arn === '' ? 'unknown' : cluster.arn),
      row('  Brokers', brokersText(cluster)),
      ...bootstrapLines(cluster, report),
      ...metricsLines(cluster),
      ...more(cluster),
    ]),
  ]
}

const listenerTexts: Readonly<Record<string, string>> = {
  CLIENT: '',
  CLIENT_SECURE: '   TLS',
  CLIENT_SASL_SCRAM: '   SCRAM-SHA-512 over TLS',
  CLIENT_IAM: '   IAM over TLS',
}

function bootstrapLines(cluster: ClusterReport, report: StatusReport): string[] {
  const { trust, dataDirectory } = report
  const { name: own, listeners, scramUser } = cluster
  const all = Object.entries(listeners)
  if (all.length === 0) return [row('  Bootstrap', 'none')]
  const lines = all.map(([name, servers], at) =>
    row(at === 0 ? '  Bootstrap' : '', `${pc.cyan(firstServers(servers))}${listenerTexts[name]}`),
  )
  const isEncrypted = all.some(([name]) => name !== 'CLIENT')
  if (trust && isEncrypted) lines.push(row('  Trust', shortPath(trust.caFile)))
  if (scramUser && listeners.CLIENT_SASL_SCRAM !== undefined) {
    const env = chosenCluster(report, undefined)?.name === own ? 'env' : `env --cluster ${own}`
    const told = `${ownCommand(env, dataDirectory)} has the password, as SCRAM_PASSWORD`
    lines.push(row('  SCRAM user', `${scramUser.name}   ${told}`))
  }
  return lines
}

const exporterTexts: Readonly<Record<ExporterReport['name'], string>> = {
  JMX_EXPORTER: 'Kafka',
  NODE_EXPORTER: 'machine',
}

/** A line for each broker with exporters. */
function metricsLines({ brokers }: ClusterReport): string[] {
  const measured = brokers.filter(({ exporters = [] }) => exporters.length > 0)
  return measured.map(({ id, exporters = [] }, at) => {
    const urls = exporters.map(({ name, url }) => `${pc.cyan(url)} ${exporterTexts[name]}`)
    return row(at === 0 ? '  Metrics' : '', [`broker ${id}`, ...urls].join('   '))
  })
}

/** Of one whose record cannot be read nobody knows. */
function softwareText({ kafkaVersion, engine, hosting }: ClusterReport): string[] {
  return engine === null ? [] : [`Kafka ${kafkaVersion}`, `engine ${engine}, ${hosting}`]
}

/** `1 in use1-az1, 2 in use1-az2`; of more brokers `1, 4 in use1-az1, …`. */
function brokersText({ brokers }: ClusterReport): string {
  const zones = new Map<string, number[]>()
  for (const { id, zone = 'no zone' } of brokers) zones.set(zone, [...(zones.get(zone) ?? []), id])
  return [...zones].map(([zone, ids]) => `${ids.join(', ')} in ${zone}`).join('; ') || 'none runs'
}

/** `host:port,…`: the first ones lead a client to all of them. */
function firstServers(servers: string): string {
  return servers.split(',').slice(0, serversNamedMax).join(',')
}

/** A line for each node with a process of its own; those of the service's have the cluster's directory in common. */
function nodeLines(cluster: ClusterReport, report: StatusReport): string[] {
  const all = [
    ...cluster.brokers.map((node) => ({ ...node, name: 'Broker' })),
    ...cluster.quorum.map((node) => ({
      ...node,
      name: node.role === 'zookeeper' ? 'ZooKeeper' : 'Controller',
    })),
  ]
  const inline = all.find(({ pid }) => pid === report.pid)?.dataDirectory
  return [
    ...all.filter(({ pid }) => pid !== report.pid).map((node) => nodeLine(node.name, node)),
    ...(inline === undefined
      ? []
      : [row('  Nodes', `in the service’s process, data ${shortPath(dirname(dirname(inline)))}`)]),
  ]
}

function nodeLine(name: string, { id, pid, dataDirectory, listeners }: NodeReport): string {
  const addresses = listeners.map((one) => `${one.name} ${one.host}:${one.port}`).join(', ')
  const place = [
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(dataDirectory === undefined ? [] : [shortPath(dataDirectory)]),
  ]
  return row(`  ${name} ${id}`, [addresses, ...place].join('   '))
}

function nextLines(report: StatusReport): string[] {
  const own = (verb: string) => ownCommand(verb, report.dataDirectory)
  const lines = [`eval "$(${own('env')})"`, 'aws kafka list-clusters-v2']
  const servers = firstServers(chosenCluster(report, undefined)?.bootstrapServers ?? '')
  if (servers !== '') {
    const brokers = servers.split(',').map((server) => `'${server}'`)
    lines.push(
      `echo 'k1:hello' | kcat -b ${servers} -t greetings -K: -P && kcat -b ${servers} -t greetings -C -e`,
      // In a directory of its own: an install leaves the packages and the lock file here as they are.
      `(cd "$(mktemp -d)" && npm i --silent kafkajs && node -e "const p = new (require('kafkajs').Kafka)({ brokers: [${brokers.join(', ')}] }).producer(); p.connect().then(() => p.send({ topic: 'greetings', messages: [{ key: 'k2', value: 'hi' }] })).then(console.log).finally(() => p.disconnect())")`,
    )
  }
  lines.push(own('status'))
  return lines
}

function noteLines(report: StatusReport): string[] {
  const all = [
    ...report.notes,
    ...(report.acceptsAnySignature
      ? ['Any signature is accepted: development mode, not for a shared machine.']
      : []),
    ...report.clusters.flatMap(({ name, stateInfo }) => (stateInfo ? [`${name}: ${stateInfo}`] : [])),
  ]
  return all.length === 0 ? [] : ['', ...all.map((note) => `${pc.yellow('!')} ${note}`)]
}

function stateText(state: string): string {
  if (state === 'ACTIVE') return pc.green(state)
  return state === 'FAILED' ? pc.red(state) : pc.yellow(state)
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(14)} ${text}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
