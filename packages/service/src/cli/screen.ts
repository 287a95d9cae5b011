import { relative } from 'node:path'
import pc from 'picocolors'
import type { ClusterReport, NodeReport, StatusReport } from '../status-report.ts'
import { chosenCluster } from './environment.ts'
import { screenOf } from './failure.ts'
import { defaultDataDirectory } from './options.ts'

/** What only a start has to tell. */
interface StartNews {
  readyMs: number
  /** Clusters that were there before. */
  restored: number
  /** Sentences about what differs from what one would expect, such as a port that moved. */
  notes: readonly string[]
}

/** The one screen after `sluice start`. */
export function readyScreen(report: StatusReport, news: StartNews): string {
  const place = shortPath(report.dataDirectory)
  const kept = news.restored > 0 ? `${counted(news.restored, 'cluster')} restored` : 'new'
  const head = [
    `${pc.bold(`sluice ${report.version}`)} · ${pc.green(`ready in ${Math.round(news.readyMs)} ms`)}`,
    `data ${place} (${kept})`,
    `bound to ${new URL(report.endpoint).hostname} only`,
  ]
  return screenOf([
    head.join(' · '),
    '',
    ...endpointLines(report),
    '',
    ...nextLines(report),
    ...noteLines(report, news.notes),
  ])
}

/** The screen of `sluice status`. */
export function statusScreen(report: StatusReport): string {
  return screenOf([
    `${pc.bold(`sluice ${report.version}`)} · ${pc.green('running')} since ${report.startedAt} · pid ${report.pid} · data ${shortPath(report.dataDirectory)}`,
    '',
    ...endpointLines(report),
    ...report.clusters.flatMap(nodeLines),
    ...noteLines(report, []),
  ])
}

function endpointLines(report: StatusReport): string[] {
  return [
    row('AWS endpoint', `${pc.cyan(report.endpoint)}   ${report.region}, account ${report.accountId}`),
    ...(report.clusters.length === 0 ? [row('Clusters', 'none; create one through the AWS endpoint')] : []),
    ...report.clusters.flatMap((cluster) => [
      row(
        'Cluster',
        `${pc.bold(cluster.name)}   ${stateText(cluster.state)}   Kafka ${cluster.kafkaVersion}${engineText(cluster)}`,
      ),
      row('  ARN', cluster.arn),
      row('  Bootstrap', cluster.bootstrapServers === '' ? 'none' : pc.cyan(cluster.bootstrapServers)),
    ]),
  ]
}

function nodeLines(cluster: ClusterReport): string[] {
  const lines = (name: string, node: NodeReport) => {
    const listeners = node.listeners.map((one) => `${one.name} ${one.host}:${one.port}`).join(', ')
    const { pid, dataDirectory } = node
    const place = [
      ...(pid === undefined ? [] : [`pid ${pid}`]),
      ...(dataDirectory === undefined ? [] : [shortPath(dataDirectory)]),
    ]
    return row(`  ${name} ${node.id}`, [listeners, ...place].join('   '))
  }
  return [
    ...cluster.brokers.map((broker) => lines('Broker', broker)),
    ...cluster.quorum.map((node) => lines(node.role === 'zookeeper' ? 'ZooKeeper' : 'Controller', node)),
  ]
}

function engineText({ engine }: ClusterReport): string {
  return engine === 'embedded' ? '' : `   engine ${engine}`
}

function nextLines(report: StatusReport): string[] {
  const place = shortPath(report.dataDirectory)
  const dataDir = place === defaultDataDirectory ? '' : ` --data-dir ${place}`
  const lines = [`eval "$(npx sluice env${dataDir})"`, 'aws kafka list-clusters-v2']
  const servers = chosenCluster(report, undefined)?.bootstrapServers
  if (servers) {
    const brokers = servers.split(',').map((server) => `'${server}'`)
    lines.push(
      `echo 'k1:hello' | kcat -b ${servers} -t greetings -K: -P && kcat -b ${servers} -t greetings -C -e`,
      `npm i kafkajs && node -e "const p = new (require('kafkajs').Kafka)({ brokers: [${brokers.join(', ')}] }).producer(); p.connect().then(() => p.send({ topic: 'greetings', messages: [{ key: 'k2', value: 'hi' }] })).then(console.log).finally(() => p.disconnect())"`,
    )
  }
  lines.push(`npx sluice status${dataDir}`)
  return ['Next, in another terminal:', ...lines.map((line) => `  ${line}`)]
}

function noteLines(report: StatusReport, notes: readonly string[]): string[] {
  const all = [
    ...notes,
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

/** Relative to where the user is, if that is shorter to read. */
function shortPath(path: string): string {
  const from = relative(process.cwd(), path)
  if (from === '') return '.'
  return from.startsWith('..') ? path : `./${from}`
}
