import { type EngineName, type Hosting, isExporter } from './fleet/engines/engine.ts'
import { exportersOf } from './fleet/clusters/cluster-plan.ts'
import type { ClusterRecord } from './fleet/clusters/cluster-record.ts'
import type { ClusterStatus, NodeStatus } from './fleet/clusters/cluster-status.ts'
import type { Fleet } from './fleet/fleet.ts'
import type { UnreadableRecord } from './fleet/record-store.ts'
import { shownProperties } from './fleet/clusters/static-properties.ts'
import type { MovedPort } from './fleet/clusters/steps/pass.ts'
import { sentenceOf } from './fleet/operating-error.ts'
import { addressOf } from './fleet/engines/listeners.ts'
import { endpointHost, type Reach } from './fleet/reach.ts'
import type { Pace } from './fleet/clusters/pace.ts'
import { openSentences } from './open-listeners.ts'
import type { ServiceState } from './state-file.ts'
import type { ClusterReport, ExporterReport, NodeReport, StatusReport } from './status-report.ts'
import type { StreamLimits } from './streams/stream-limits.ts'
import type { Streams } from './streams/streams.ts'
import { version } from './version.ts'

/** What a service tells of itself is made from this, at each question anew. */
export interface Reported {
  state: ServiceState
  reach: Reach
  fleet: Fleet
  streams: Pick<Streams, 'unreadable'>
  dataDirectory: string
  accountId: string
  engine: EngineName
  hosting: Hosting
  acceptsAnySignature: boolean
  pace: Pace
  streamLimits: StreamLimits
  /** Where the AWS endpoint would be looked for first; 0: nowhere in particular. */
  apiPortWanted: number
  /** Undefined where nobody asked for one. */
  engineAsked: EngineName | undefined
  hostingAsked: Hosting | undefined
  /** Why the wanted cluster was not ready when the service was. */
  problemAtStart: string | null
  /** Its address. */
  console: string | null
}

export function reportOf(reported: Reported): StatusReport {
  const { state, fleet, dataDirectory, accountId, engine, hosting, acceptsAnySignature } = reported
  const { pace, streamLimits } = reported
  const { pid, startedAtMs, host, apiPort: port, region, defaultCluster } = state
  return {
    version,
    pid,
    startedAt: new Date(startedAtMs).toISOString(),
    dataDirectory,
    endpoint: endpointOf(reported),
    console: reported.console,
    local: { host, port },
    reach: reported.reach,
    region,
    accountId,
    engine,
    hosting,
    acceptsAnySignature,
    pace,
    streamLimits,
    defaultCluster,
    notes: [
      ...openSentences(reported),
      ...endpointNotes(reported),
      ...(fleet.authority.note === null ? [] : [fleet.authority.note]),
      ...[...unreadableOf(fleet), ...reported.streams.unreadable()].map(({ error }) => sentenceOf(error)),
      ...fleet.status().flatMap((one) => clusterNotes(one, reported)),
    ],
    clusters: fleet.status().map((one) => clusterReport(one, reported)),
    trust: trustReport(fleet),
  }
}

/** As clients are told of it. */
export function endpointOf({ reach, state: { apiPort: port } }: Reported): string {
  return `http://${addressOf({ host: endpointHost(reach), port })}`
}

/** Beside clusters, which have a line of their own. */
function unreadableOf({
  clusters,
  secrets,
  replicators,
  vpcConnections,
  channels,
}: Fleet): UnreadableRecord[] {
  const all = [clusters.configurations, secrets, replicators, vpcConnections, channels]
  return all.flatMap((one) => one.unreadable())
}

export function endpointNotes({ apiPortWanted: wanted, state: { apiPort: port } }: Reported): string[] {
  if (wanted === 0 || wanted === port) return []
  return [`Port ${wanted} was busy: the AWS endpoint is on ${port}. --api-port ${wanted} insists.`]
}

function clusterNotes(
  cluster: ClusterStatus,
  { state, engineAsked, hostingAsked, problemAtStart }: Reported,
): string[] {
  const { name, movedPorts, engine, hosting, stateInfo, onItsWay } = cluster
  const notes = movedPorts.length === 0 ? [] : [movedSentence(name, movedPorts)]
  if (onItsWay) notes.push(`${name} is still on its way: ${nodesText([cluster])} started.`)
  // Until it is said in the cluster's own words.
  if (name === state.defaultCluster && problemAtStart !== null && stateInfo === null)
    notes.push(problemAtStart)
  const keepsEngine = engine !== null && engineAsked !== undefined && engineAsked !== engine
  if (name === state.defaultCluster && keepsEngine)
    notes.push(
      `${name} keeps its engine, ${engine}: --engine ${engineAsked} is for clusters made from now on. --cluster NAME makes one, and so does a new --data-dir.`,
    )
  if (
    name === state.defaultCluster &&
    hosting !== null &&
    hostingAsked !== undefined &&
    hostingAsked !== hosting
  )
    notes.push(
      `${name} keeps its hosting, ${hosting}: --hosting ${hostingAsked} is for clusters made from now on. --cluster NAME makes one, and so does a new --data-dir.`,
    )
  return notes
}

function movedSentence(cluster: string, moved: readonly MovedPort[]): string {
  const list = (ports: number[]) => ports.join(', ')
  const wanted = `Port${moved.length === 1 ? '' : 's'} ${list(moved.map((one) => one.wanted))}`
  const found = list(moved.map(({ port }) => port))
  const insisting = moved
    .filter(({ nodeId, listener }) => nodeId === 1 && listener === 'CLIENT')
    .map((one) => ` --kafka-port ${one.wanted} insists.`)
  return `${wanted} ${moved.length === 1 ? 'was' : 'were'} busy: ${cluster} is on ${found}.${insisting.join('')}`
}

/** `4 of 6 nodes`: those that have a process, ready or not, of those that shall. */
export function nodesText(clusters: readonly ClusterStatus[]): string {
  const running = clusters.reduce((sum, { brokers, quorum }) => sum + brokers.length + quorum.length, 0)
  const all = clusters.reduce((sum, { nodesWanted }) => sum + nodesWanted, 0)
  return `${running} of ${all} nodes`
}

/** Where every cluster's encrypted listeners are vouched for. */
function trustReport({ authority }: Fleet): StatusReport['trust'] {
  if (authority.certificate() === null) return null
  const { certificatePath: caFile, bundlePath: bundleFile, javaTruststorePath: javaTruststore } = authority
  return { caFile, bundleFile, javaTruststore }
}

function clusterReport(cluster: ClusterStatus, { fleet, reach }: Reported): ClusterReport {
  const record = fleet.clusters.byArn(cluster.arn)
  const { spec, scramUsers = [] } = record ?? {}
  const user = scramUsers.find(({ versionId }) => versionId !== null)
  return {
    name: cluster.name,
    arn: cluster.arn,
    state: cluster.state,
    stateInfo: cluster.stateInfo?.message ?? null,
    engine: cluster.engine,
    hosting: cluster.hosting,
    kafkaVersion: spec?.kafkaVersion ?? '',
    brokerProperties: shownProperties(spec?.brokerProperties ?? {}),
    bootstrapServers: cluster.bootstrap.CLIENT ?? '',
    listeners: cluster.bootstrap,
    scramUser: user ? { name: user.user, secretArn: user.secretArn } : null,
    brokers: cluster.brokers.map((node) => {
      const exporters = record ? exporterReports(record, node.id, reach) : []
      return { ...nodeReport(node), ...(exporters.length > 0 && { exporters }) }
    }),
    quorum: cluster.quorum.map((node) => ({ role: node.role, ...nodeReport(node) })),
  }
}

/** Those that are asked for and have a port. */
function exporterReports(
  record: Pick<ClusterRecord, 'spec' | 'ports'>,
  brokerId: number,
  reach: Reach,
): ExporterReport[] {
  const asked = exportersOf(record, { role: 'broker', nodeId: brokerId })
  return record.ports.flatMap(({ role, nodeId, listener: name, port }) => {
    if (role !== 'broker' || nodeId !== brokerId || !isExporter(name) || !asked.includes(name)) return []
    return [{ name, url: `http://${addressOf({ host: endpointHost(reach), port })}/metrics` }]
  })
}

function nodeReport({ id, zone, local, listeners }: NodeStatus): NodeReport {
  return {
    id,
    ...(zone && { zone }),
    ...(local && { pid: local.pid, dataDirectory: local.directory }),
    listeners,
  }
}
