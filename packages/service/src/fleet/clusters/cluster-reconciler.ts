import { AssertionFailure } from '@sluice/effects'
import { type EngineCluster, type NodeKey, nodeName, sameNode } from '../engines/engine.ts'
import { codeOf, OperatingError, sentenceOf } from '../operating-error.ts'
import type { Outcome } from '../reconcile-loop.ts'
import { activeChange, ended, leavingBrokers, takenBack } from './changes/change-life.ts'
import { brokersTooMany, isBroker, unportedListeners, wantedNodes } from './cluster-plan.ts'
import type { ClusterRecord } from './cluster-record.ts'
import { clientListenersOf } from './client-listeners.ts'
import { scramDifference } from './scram-users.ts'
import { allocateNodes } from './steps/allocate-nodes.ts'
import { allocatePorts } from './steps/allocate-ports.ts'
import { beginChange, checkLeaving, finishChange, removeBrokers } from './steps/change.ts'
import {
  brokersToStop,
  heldBrokersAreTold,
  reportHeldBrokers,
  stopHeldBrokers,
} from './steps/held-brokers.ts'
import { checkHealth, placeInternalTopics, placePartitions, restoreLeaders } from './steps/health.ts'
import { certificatesAreDue, issueCertificates } from './steps/issue-certificates.ts'
import { openEngine } from './steps/open-engine.ts'
import { type Done, Pass, type ReconcileContext, type Step } from './steps/pass.ts'
import { removeCluster } from './steps/remove-cluster.ts'
import { reportActive } from './steps/report-active.ts'
import { resizeVolumes } from './steps/resize-volumes.ts'
import { outdatedNodes, rollNextNode } from './steps/roll-next-node.ts'
import { setScramUsers } from './steps/set-scram-users.ts'
import { startBrokers, startQuorum } from './steps/start-nodes.ts'
import { stopEngine } from './steps/stop-engine.ts'
import { tellFailures } from './steps/tell-failures.ts'

/** A creation that has failed this often is given up: the cluster is FAILED and can only be deleted. */
const creationAttemptsMax = 5
/** A change that has failed this often is taken back; if that fails as often, it ends. */
const updateAttemptsMax = 3
/** More looks than any change needs in one run. */
const passesMax = 1_000

const steps = {
  'open engine': openEngine,
  'begin change': beginChange,
  'tell failures': tellFailures,
  'check leaving': checkLeaving,
  'allocate nodes': allocateNodes,
  'allocate ports': allocatePorts,
  'issue certificates': issueCertificates,
  'start quorum': startQuorum,
  'start brokers': startBrokers,
  'stop held brokers': stopHeldBrokers,
  'report held brokers': reportHeldBrokers,
  'place internal topics': placeInternalTopics,
  'place partitions': placePartitions,
  'check health': checkHealth,
  'restore leaders': restoreLeaders,
  'roll next node': rollNextNode,
  'remove brokers': removeBrokers,
  'resize volumes': resizeVolumes,
  'set scram users': setScramUsers,
  'finish change': finishChange,
  'report active': reportActive,
  'stop engine': stopEngine,
  'remove cluster': removeCluster,
} satisfies Record<string, Step>

type StepName = keyof typeof steps

/** What of a cluster decides the next steps. */
export interface Observation {
  state: ClusterRecord['state'] | null
  /** The engine has looked at its directory, so that nodes of a former service are known. */
  opened: boolean
  /** It has a listener that can be served, and so wants nodes. */
  served: boolean
  nodes: number
  change: 'none' | 'pending' | 'active'
  untoldFailures: readonly string[]
  /** Nodes that the spec wants and the record has not, and those that it has too many. */
  joining: readonly string[]
  leaving: readonly string[]
  unported: boolean
  /** Brokers that are stopped on purpose, and whether the record says so; and those of them that run still. */
  held: 'none' | 'told' | 'untold'
  stopping: readonly string[]
  /** Nodes of the record that shall run and do not. */
  missingQuorum: readonly string[]
  missingBrokers: readonly string[]
  /** Nodes that run under an older plan. */
  outdated: readonly string[]
  /** Those of them that nobody in the cluster hears of. */
  stranded: readonly string[]
  /** Its brokers come and go by themselves, and bring their partitions along; whether those are spread over all of them. */
  elastic: boolean
  placement: 'as wanted' | 'due'
  /** Brokers that have left the record and not yet the machine. */
  left: readonly number[]
  /** Brokers that run have volumes of another size, or nobody has told them. */
  volumes: 'as wanted' | 'otherwise'
  /** The users of SCRAM are others than those of its secrets, or nobody has looked. */
  users: 'as wanted' | 'otherwise'
  /** Nobody has looked at its certificates for a while. */
  certificates: 'looked at' | 'due'
  /** Nobody knows whether all replicas are in sync and all partitions led as preferred, and every disk serves. */
  doubtful: boolean
  /** Something is to be said of it that changes without a word. */
  watched: boolean
  /** This process has said what there is to say of it while it is well. */
  reported: boolean
}

async function observe(pass: Pass): Promise<Observation> {
  const { engine } = pass
  // First, so that all the rest is of one moment.
  const isDue = pass.store.get(pass.uuid) !== undefined && (await certificatesAreDue(pass))
  const record = pass.store.get(pass.uuid)
  const { cluster, portsChecked, toldFailures, heldBrokers } = pass.runtime
  const seen = cluster?.nodes() ?? []
  const running = seen.filter(({ state }) => state === 'running')
  const isHeld = (node: NodeKey) => isBroker(node) && heldBrokers.has(node.nodeId)
  const elastic = record?.spec.serverless !== undefined
  const going = elastic ? brokersTooMany(record) : []
  const missing = (record?.nodes ?? []).filter(
    (node) => !isHeld(node) && ![...running, ...going].some((one) => sameNode(one, node)),
  )
  const wanted = record ? wantedNodes(record, engine) : []
  const names = (nodes: readonly NodeKey[]) => nodes.map(nodeName)
  const without = (nodes: readonly NodeKey[], others: readonly NodeKey[]) =>
    names(nodes.filter((node) => !others.some((other) => sameNode(node, other))))
  const outdated = record && cluster ? outdatedNodes(cluster, pass.plan) : []
  const change = activeChange(record)
  return {
    state: record?.state ?? null,
    opened: cluster !== null,
    served: record !== undefined && clientListenersOf(record.spec, engine).length > 0,
    nodes: seen.length,
    change: change === undefined ? 'none' : change.state === 'PENDING' ? 'pending' : 'active',
    untoldFailures: names(seen.filter(({ state }) => state === 'failed')).filter(
      (name) => !toldFailures.has(name),
    ),
    joining: without(wanted, record?.nodes ?? []),
    leaving: without(record?.nodes ?? [], wanted),
    unported:
      (missing.length > 0 && !portsChecked) ||
      (record?.nodes ?? []).some(
        (node) => unportedListeners(record as ClusterRecord, engine, node).length > 0,
      ),
    held: heldOf(record, heldBrokers),
    stopping: names(brokersToStop(pass)),
    missingQuorum: names(missing.filter((node) => !isBroker(node))),
    missingBrokers: names(missing.filter(isBroker)),
    outdated: names(outdated),
    stranded: cluster && outdated.length > 0 ? names(cluster.stranded(pass.plan)) : [],
    elastic,
    placement: elastic && !pass.runtime.partitionsPlaced ? 'due' : 'as wanted',
    left: record ? leavingBrokers(record) : [],
    volumes: record && cluster && volumesDiffer(pass) ? 'otherwise' : 'as wanted',
    users: record && usersDiffer(record, pass) ? 'otherwise' : 'as wanted',
    certificates: isDue ? 'due' : 'looked at',
    doubtful: cluster !== null && isDoubtful(cluster, pass),
    watched: record?.ranOneBroker ?? false,
    reported: pass.runtime.isReported,
  }
}

function heldOf(record: ClusterRecord | undefined, held: ReadonlySet<number>): Observation['held'] {
  if (!record || held.size === 0) return 'none'
  return heldBrokersAreTold(record, held) ? 'told' : 'untold'
}

/** While a disk does not serve there is nothing to wait for, and clients can go on. */
function isDoubtful(cluster: EngineCluster, { runtime }: Pass): boolean {
  if (cluster.nodes().some(({ isSilent }) => isSilent)) return true
  const isFailing = () =>
    cluster.findings().some(({ code }) => code === 'DISK_FAILING' || code === 'VOLUME_FULL')
  return !runtime.settled && !isFailing()
}

function volumesDiffer({ runtime, plan }: Pass): boolean {
  return runtime.volumeBytes !== (plan.volumeBytes ?? null)
}

function usersDiffer(record: ClusterRecord, { runtime, secrets }: Pass): boolean {
  if (!record.scramSecrets?.length && !record.scramUsers?.length) return false
  if (!runtime.scramUsersChecked) return true
  const { set, remove } = scramDifference(record, secrets.list())
  return set.length > 0 || remove.length > 0
}

/** The steps from what is to what shall be, in order, as far as can be seen from here. Pure. */
export function plan(seen: Observation): StepName[] {
  const { state } = seen
  if (state === null) return when(seen.opened, 'stop engine')
  // Nodes of a former service may run, whatever shall become of the cluster.
  if (!seen.opened) return ['open engine']
  if (state === 'DELETING') return ['stop engine', 'remove cluster']
  if (state === 'FAILED') return when(seen.nodes > 0, 'stop engine')
  if (seen.change === 'pending') return ['begin change']
  const settle: StepName[] = ['place internal topics', 'check health', 'restore leaders']
  const arrive: StepName[] = [...when(seen.change === 'active', 'finish change'), 'report active']
  const isOnTheWay = state !== 'ACTIVE' || seen.change !== 'none'
  if (!seen.served) return when(isOnTheWay, ...arrive)
  if (seen.untoldFailures.length > 0) return ['tell failures']
  // Before anybody waits for the health of a cluster whose volumes are full.
  if (seen.volumes === 'otherwise') return ['resize volumes']
  // Whether they may go, those that stay have to say: after a start of the service they have to run first.
  const staying = [...seen.missingQuorum, ...seen.missingBrokers].filter(
    (node) => !seen.leaving.includes(node),
  )
  if (seen.leaving.length > 0 && staying.length === 0 && !seen.elastic)
    return ['check leaving', 'allocate nodes']
  if (seen.joining.length > 0) return ['allocate nodes']
  if (seen.stopping.length > 0) return ['stop held brokers']
  const missing = [
    ...when(seen.unported, 'allocate ports'),
    ...when(seen.missingQuorum.length + seen.missingBrokers.length > 0, 'issue certificates'),
    ...when(seen.missingQuorum.length > 0, 'start quorum'),
    ...when(seen.missingBrokers.length > 0, 'start brokers'),
  ]
  if (missing.length > 0) return missing
  // It cannot be healthy before these are started anew.
  if (seen.stranded.length > 0) return ['issue certificates', 'roll next node']
  // It cannot be healthy as long as somebody wants it so.
  if (seen.held !== 'none') return when(seen.held === 'untold', 'report held brokers')
  if (seen.leaving.length > 0) return ['place partitions', 'remove brokers', 'allocate nodes']
  if (seen.outdated.length > 0) return ['issue certificates', 'check health', 'roll next node']
  if (seen.certificates === 'due') return ['issue certificates']
  const leave = when(seen.left.length > 0, 'remove brokers')
  const users = when(seen.users === 'otherwise', 'set scram users')
  return [
    ...when(isOnTheWay || seen.doubtful, ...settle),
    ...when(isOnTheWay, ...leave),
    ...users,
    ...when(seen.placement === 'due' && !isOnTheWay, 'place partitions', 'restore leaders'),
    ...(isOnTheWay ? arrive : when(seen.watched || !seen.reported, 'report active')),
  ]
}

function when(condition: boolean, ...names: StepName[]): StepName[] {
  return condition ? names : []
}

/**
 * Observes, plans, applies, and looks again until there is nothing left to do. What stands in the way becomes a
 * sentence in the cluster's `stateInfo`, and the run is tried again.
 */
export async function reconcileCluster(uuid: string, context: ReconcileContext): Promise<Outcome> {
  const { store, runtime } = context
  if (store.get(uuid)?.state === 'DELETING' && runtime.abort.signal.aborted)
    runtime.abort = new AbortController()
  try {
    for (let passes = 0; passes < passesMax; passes++) {
      const pass = new Pass(uuid, context)
      const seen = await observe(pass)
      const names = plan(seen)
      if (names.length === 0) return 'settled'
      const done = new Set<Done>()
      for (const name of names) done.add(await steps[name](pass))
      // A node that died is started again by the next run, which comes with a delay.
      if (names.includes('tell failures')) return 'retry'
      if (!done.has('changed')) return seen.watched && seen.state === 'ACTIVE' ? 'watching' : 'waiting'
    }
    return 'retry'
  } catch (error) {
    // Work that was called off has not failed: whoever did so has something else in mind.
    if (runtime.abort.signal.aborted) return 'retry'
    return noteFailure(uuid, context, error)
  }
}

function noteFailure(uuid: string, context: ReconcileContext, error: unknown): Outcome {
  const { store, runtime, effects } = context
  const record = store.get(uuid)
  const isBug = error instanceof AssertionFailure
  if (record) runtime.failedAttempts++
  // A disk that is full for an hour is not told at each attempt.
  const isNews = !record || store.note(uuid, whatBecomesOf(record, error, runtime.failedAttempts))
  const fields = { cluster: record?.name ?? uuid, error }
  if (isBug) effects.logger.error('a bug stopped a step of a cluster', fields)
  else if (isNews) effects.logger.warn('a step of a cluster failed', fields)
  if (store.get(uuid)?.state === 'FAILED') return 'retry'
  if (activeChange(record) && runtime.failedAttempts >= updateAttemptsMax)
    giveUpChange(uuid, context, { code: codeOf(error) ?? 'UPDATE_FAILED', message: sentenceOf(error) })
  return 'retry'
}

function whatBecomesOf(
  { state }: ClusterRecord,
  error: unknown,
  failedAttempts: number,
): Pick<ClusterRecord, 'state' | 'stateInfo'> {
  const message = sentenceOf(error)
  const code = codeOf(error)
  if (error instanceof OperatingError && error.isFinal)
    return { state: 'FAILED', stateInfo: { code: error.code, message } }
  const isBug = error instanceof AssertionFailure
  if (state === 'CREATING' && (isBug || failedAttempts >= creationAttemptsMax)) {
    const given = `The cluster could not be created: ${message}`
    return { state: 'FAILED', stateInfo: { code: code ?? 'CREATION_FAILED', message: given } }
  }
  return {
    state: state === 'ACTIVE' ? 'HEALING' : state,
    stateInfo: { code: code ?? 'RECONCILE_FAILED', message: `Tried again soon: ${message}` },
  }
}

/** The change is taken back; where that fails too, it ends and the cluster goes on healing. */
function giveUpChange(
  uuid: string,
  { store, runtime, effects }: ReconcileContext,
  error: { code: string; message: string },
): void {
  const record = store.get(uuid)
  const change = activeChange(record)
  if (!record || !change) return
  runtime.failedAttempts = 0
  if (change.error === null) store.update(uuid, takenBack(record, error))
  else store.update(uuid, { ...ended(record, effects.clock.now(), effects.random), state: 'HEALING' })
}
