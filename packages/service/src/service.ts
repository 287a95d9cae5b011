import { type Clock, MemoryNetwork } from '@sluice/effects'
import { abandonNodes } from './abandoned-nodes.ts'
import { AwsEndpoint } from './aws/endpoint.ts'
import { awsServices } from './aws/services.ts'
import { brokerAnswers } from './broker-probe.ts'
import { type AccessKey, loadOrCreateAccessKey } from './credentials.ts'
import {
  checkProperties,
  type ClusterContext,
  createCluster,
  hinderedMsMax,
  provideUser,
  untilAborted,
  waitUntilReady,
} from './default-cluster.ts'
import type { Pace } from './fleet/clusters/pace.ts'
import { explained, lockDataDirectory } from './fleet/data-directory.ts'
import { embeddedEngine } from './fleet/engines/embedded.ts'
import { faultDirectoryIn } from './fleet/engines/embedded/faults/cluster-faults.ts'
import type { Engines } from './fleet/engines/engines.ts'
import { createFleet, type Fleet } from './fleet/fleet.ts'
import { accountId, placeOf } from './fleet/place.ts'
import { codeOf, OperatingError, sentenceOf } from './fleet/operating-error.ts'
import { portTaken } from './fleet/free-port.ts'
import { dialled, loopbackReach, ownHostNames } from './fleet/reach.ts'
import { EndpointCertificate } from './endpoint-certificate.ts'
import { edge } from './http/edge.ts'
import { type HttpListener, listen } from './http/listener.ts'
import type { Surface } from './http/surface.ts'
import type { ServerIdentity } from './http/tls-door.ts'
import { textPage } from './http/text-page.ts'
import { type AuditLog, auditLog } from './audit-log.ts'
import { IdentityFiles } from './identity-files.ts'
import { watchDirectory } from './directory-watch.ts'
import { withProgress } from './progress.ts'
import { endpointNotes, endpointOf, nodesText, reportOf, type Reported } from './reporting.ts'
import {
  checkReach,
  chosenEngines,
  regionOf,
  type ServiceEffects,
  type ServiceOptions,
  targetCluster,
} from './service-options.ts'
import type { StreamLimits } from './streams/stream-limits.ts'
import { StreamMetrics } from './streams/stream-metrics.ts'
import { Streams } from './streams/streams.ts'
import { readState, type ServiceState, writeState } from './state-file.ts'
import { OwnConsole } from './own-console.ts'
import { ownPages } from './own-pages.ts'
import { healthPath, type StatusReport, statusPath } from './status-report.ts'
import { UsageError } from './usage-error.ts'
import { version } from './version.ts'

export interface Service {
  /** How many there were before this start. */
  readonly restored: Readonly<{ clusters: number; streams: number }>
  report(): StatusReport
  /** Of the console, for the screen of this start: signed in, unless others reach the port. Null where there is none. */
  consoleLink(): string | null
  /** Stops everything cleanly and gives the data directory back. */
  stop(): Promise<void>
}

const defaultApiPort = 9081
const defaultPace: Pace = 'instant'
const defaultStreamLimits: StreamLimits = 'on'
const apiPortsTried = 100

/**
 * Starts everything on the data directory and resolves when it is ready: the AWS endpoint answers, every
 * cluster has been brought up, and the brokers of the wanted one answer Kafka requests. On a failure nothing
 * is left running.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { dataDirectory, effects } = options
  checkReach(options)
  const lock = lockDataDirectory(effects, dataDirectory)
  const running: { fleet: Fleet | null } = { fleet: null }
  const watch = watchDirectory(
    { ...options, abandon: () => abandonNodes(effects, running.fleet?.status() ?? []) },
    lock,
  )
  const started: Undo[] = [() => lock.release(), () => watch.end()]
  try {
    return await startLocked(options, started, running)
  } catch (error) {
    await undoAll(started).catch((again) => effects.logger.error('could not be undone', { error: again }))
    throw explained(dataDirectory, error)
  }
}

type Undo = () => Promise<void> | void

/** Undoes what was started, the last first; a step that fails does not spare the others. */
async function undoAll(started: Undo[]): Promise<void> {
  const failures: unknown[] = []
  for (const undo of started.splice(0).reverse()) {
    try {
      await undo()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function startLocked(
  options: ServiceOptions,
  started: Undo[],
  running: { fleet: Fleet | null },
): Promise<Service> {
  const { dataDirectory, effects, kafkaPort } = options
  const before = readState(effects.disk, dataDirectory)
  const region = regionOf(options.region, before, dataDirectory)
  const target = targetCluster(options.cluster, before)
  const engines = chosenEngines(options, before)
  const accessKey = loadOrCreateAccessKey(effects.disk, effects.random, dataDirectory)
  const owner = { ...placeOf(region, accountId), ownerKey: accessKey }
  const files = new IdentityFiles(effects, dataDirectory, owner)
  files.watch()
  started.push(() => files.end())
  setUpFaults(options, started)
  const fleet = createFleet({
    dataDirectory,
    engines,
    region,
    account: accountId,
    identities: files.identities,
    effects,
    reach: options.reach ?? loopbackReach,
    metadataLossAccepted: options.metadataLossAccepted ?? [],
    kafkaPort: kafkaPort === undefined ? null : { port: kafkaPort, cluster: target },
    pace: options.pace ?? defaultPace,
    hurried: target,
    pages: { open: (address, read) => listen(textPage('/metrics', read), address, effects) },
  })
  running.fleet = fleet
  started.push(() => fleet.stop())
  const streams = streamsOf(options, region, fleet)
  fleet.monitoring.include(new StreamMetrics(streams))
  started.push(() => streams.stop())
  const starting = bringUp({ options, before, region, target, engines, accessKey, fleet, streams }, started)
  return toldOf(options, starting, () => `Starting: ${nodesText(fleet.status())} started`)
}

/** Brokers that an earlier service has left running may still have faults: these end here in any case. */
function setUpFaults({ faults, dataDirectory, effects }: ServiceOptions, started: Undo[]): void {
  if (!faults) return effects.disk.removeSync(faultDirectoryIn(dataDirectory))
  faults.setUp()
  started.push(() => faults.takeDown())
}

/** A start under way. */
interface Start {
  options: ServiceOptions
  /** Of the last run. */
  before: ServiceState | undefined
  region: string
  /** The name of the cluster that has to be ready. */
  target: string | null
  engines: Engines
  accessKey: AccessKey
  fleet: Fleet
  streams: Streams
}

async function bringUp(start: Start, started: Undo[]): Promise<Service> {
  const { options, before, fleet, streams } = start
  const { dataDirectory, effects, signal, reach = loopbackReach } = options
  const { disk, logger } = effects
  await untilAborted(fleet.start(), signal)
  streams.start()
  signal?.throwIfAborted()
  checkAccepted(fleet, options.metadataLossAccepted ?? [])
  const restored = { clusters: fleet.status().length, streams: streams.list().length }

  let ready: Reported | undefined
  const audit = auditLog(disk, dataDirectory)
  const aws = awsEndpoint(start, audit)
  const ownConsole = consoleOf(start, audit)
  const pages = {
    [healthPath]: { read: () => ({ status: ready ? 'ready' : 'starting' }) },
    [statusPath]: {
      read: () => (ready ? reportOf(ready) : { ready: false }),
      guard: aws.guard.bind(aws),
    },
    ...ownPages({
      fleet,
      aws,
      faults: options.acceptAnySignature ? options.faults : undefined,
      tap: options.tap,
      consoleLink: ownConsole ? () => ownConsole.link(api.port) : undefined,
    }),
  }
  // A signature is good for one host; where none is looked at, the host itself is.
  const hosts = { names: ownHostNames(reach), areAll: options.acceptAnySignature }
  const certificate = new EndpointCertificate(fleet.authority, effects, reach)
  const identity = () => certificate.pem()
  const surface = edge(pages, aws, hosts, ownConsole?.subtree)
  const api = await listenAt(surface, options, before?.apiPort, identity)
  started.push(() => api.close())
  // An answer that is waited for would keep the port open.
  started.push(() => streams.queues.endWaiting())
  signal?.throwIfAborted()

  const problem = await provideTarget(start, api.port)
  const address = ownConsole?.address(api.port) ?? null
  const reported = reportedBy(start, { apiPort: api.port, problem, console: address })
  ready = reported
  writeState(disk, dataDirectory, reported.state)
  for (const note of endpointNotes(reported)) logger.warn(note)
  logger.info('ready', { endpoint: endpointOf(reported), clusters: fleet.status().length })
  return {
    restored,
    report: () => reportOf(reported),
    consoleLink: () => ownConsole?.linkOfStart(api.port) ?? null,
    stop: async () => {
      logger.info('stopping')
      await toldOf(options, undoAll(started), () => `Stopping: ${nodesText(fleet.status())} left`)
      logger.info('stopped')
    },
  }
}

/** The cluster that has to be ready; what is wrong with it, as a sentence. */
async function provideTarget(start: Start, apiPort: number): Promise<string | null> {
  const { options, before, region, target, engines, accessKey: credentials, fleet } = start
  const { effects, reach = loopbackReach, probe = brokerAnswers } = options
  if (target === null) return null
  const scope = { region, service: 'kafka' }
  const endpoint = { host: dialled(reach.host), port: apiPort, credentials, scope }
  const context = { endpoint, fleet, engine: engines.default, probe, ...effects }
  return provideCluster(target, options, before === undefined, context)
}

function checkAccepted(fleet: Fleet, names: readonly string[]): void {
  const unknown = names.find((name) => !fleet.clusters.byName(name))
  if (unknown !== undefined) throw new UsageError(`--accept-metadata-loss: there is no cluster "${unknown}".`)
}

function toldOf<Result>(
  { effects, onProgress }: ServiceOptions,
  work: Promise<Result>,
  sentence: () => string,
): Promise<Result> {
  return withProgress(effects.clock, work, (seconds) => onProgress?.(`${sentence()} (${seconds} s)`))
}

/** Their broker is on a network of its own, where nobody else is: a record is in the log in the turn that brings its request. */
function streamsOf(options: ServiceOptions, region: string, fleet: Fleet): Streams {
  const { dataDirectory, effects } = options
  const network = new MemoryNetwork({ isPrompt: true })
  return new Streams({
    ...effects,
    clock: clockOfStreams(effects),
    dataDirectory,
    place: placeOf(region, accountId),
    engine: embeddedEngine({ ...effects, network }),
    network,
    identities: fleet.identities,
    logGroups: fleet.logs.groups,
    isLimited: (options.streamLimits ?? defaultStreamLimits) === 'on',
  })
}

function clockOfStreams({ clock, calendar }: ServiceEffects): Clock {
  return calendar?.records ?? clock
}

function awsEndpoint({ options, fleet, streams }: Start, audit: AuditLog): AwsEndpoint {
  const { clock, random, logger } = options.effects
  const streamClock = clockOfStreams(options.effects)
  return new AwsEndpoint({
    services: awsServices(fleet, { clock, streamClock, random, streams }),
    clock,
    random,
    logger,
    identities: fleet.identities,
    audit,
    acceptAnySignature: options.acceptAnySignature,
  })
}

function consoleOf({ options, region, fleet }: Start, audit: AuditLog): OwnConsole | null {
  const { consoleDirectory: directory, effects, reach = loopbackReach, acceptAnySignature } = options
  const streamLimits = options.streamLimits ?? defaultStreamLimits
  if (directory === undefined) return null
  const facts = { version, region, accountId, needsSignature: !acceptAnySignature, streamLimits }
  return new OwnConsole({ facts, directory, reach, identities: fleet.identities, audit, effects })
}

function reportedBy(
  { options, before, region, target, engines, fleet, streams }: Start,
  { apiPort, problem, console }: { apiPort: number; problem: string | null; console: string | null },
): Reported {
  const defaultCluster = target ?? before?.defaultCluster ?? null
  const engine = engines.default.name
  const { hosting } = engines
  const { reach = loopbackReach } = options
  return {
    state: readyState(options.effects, {
      host: dialled(reach.host),
      apiPort,
      region,
      engine,
      hosting,
      defaultCluster,
    }),
    reach,
    fleet,
    streams,
    dataDirectory: options.dataDirectory,
    accountId,
    engine,
    hosting,
    acceptsAnySignature: options.acceptAnySignature,
    pace: options.pace ?? defaultPace,
    streamLimits: options.streamLimits ?? defaultStreamLimits,
    apiPortWanted: options.apiPort ?? before?.apiPort ?? defaultApiPort,
    engineAsked: options.engine,
    hostingAsked: options.hosting,
    problemAtStart: problem,
    console,
  }
}

function readyState(
  { clock, processes }: ServiceEffects,
  found: Pick<ServiceState, 'host' | 'apiPort' | 'region' | 'engine' | 'hosting' | 'defaultCluster'>,
): ServiceState {
  return {
    formatVersion: 1,
    version,
    pid: processes.pid,
    processStartedAt: processes.startedAt(processes.pid),
    startedAtMs: clock.now(),
    ...found,
  }
}

/** What is wrong with the cluster where it was there before, as a sentence: the others are served all the same. */
async function provideCluster(
  name: string,
  { cluster, properties, signal }: ServiceOptions,
  isNew: boolean,
  context: ClusterContext,
): Promise<string | null> {
  const { fleet, logger } = context
  // Its own state says what is wrong with it.
  if (fleet.clusters.unreadable().some((one) => one.name === name)) return null
  const isThere = fleet.clusters.byName(name) !== undefined
  if (isThere) checkProperties(fleet, name, properties)
  // Whoever has deleted `demo` does not want it back at every start.
  else if (cluster.kind === 'named' || isNew) await createCluster(context, name, properties)
  else return null
  try {
    await waitUntilReady(context, name, hinderedMsMax[isThere ? 'restored' : 'made'], signal)
    await provideUser(context, name)
    return null
  } catch (error) {
    if (!isThere || !(error instanceof OperatingError)) throw error
    logger.error('a cluster is not ready', { cluster: name, error })
    return sentenceOf(error)
  }
}

/** An explicit port or an error; without one the last run's, or the default, or the next that is free. */
async function listenAt(
  surface: Surface,
  { apiPort: asked, reach = loopbackReach, effects }: ServiceOptions,
  last: number | undefined,
  identity: ServerIdentity,
): Promise<HttpListener> {
  const first = asked ?? last ?? defaultApiPort
  const tried = asked === undefined ? apiPortsTried : 1
  for (let port = first; port < Math.min(first + tried, 65_536); port++) {
    try {
      return await listen(surface, { host: reach.host, port, identity }, effects)
    } catch (error) {
      const isTaken = codeOf(error) === 'EADDRINUSE' || (asked !== undefined && codeOf(error) === 'EACCES')
      if (!isTaken) throw error
    }
  }
  throw portTaken(first)
}
