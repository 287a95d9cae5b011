import { AssertionFailure } from '@sluice/effects'
import type { ClusterRecord } from './cluster-record.ts'
import { hasPlaintextListener } from './cluster-spec.ts'
import { codeOf, sentenceOf } from './operating-error.ts'
import type { Outcome } from './reconcile-loop.ts'
import { allocateNodes } from './steps/allocate-nodes.ts'
import { allocatePorts } from './steps/allocate-ports.ts'
import { checkHealth } from './steps/check-health.ts'
import { removeCluster } from './steps/remove-cluster.ts'
import { reportActive } from './steps/report-active.ts'
import { reportHealing } from './steps/report-healing.ts'
import { startEngine } from './steps/start-engine.ts'
import type { ClusterRuntime, Step, StepContext } from './steps/step.ts'
import { stopEngine } from './steps/stop-engine.ts'

/** A creation that has failed this often is given up: the cluster is FAILED and can only be deleted. */
export const creationAttemptsMax = 5

const steps = {
  'allocate nodes': allocateNodes,
  'allocate ports': allocatePorts,
  'start engine': startEngine,
  'check health': checkHealth,
  'report active': reportActive,
  'report healing': reportHealing,
  'stop engine': stopEngine,
  'remove cluster': removeCluster,
} satisfies Record<string, Step>

export type StepName = keyof typeof steps

/** What of a cluster decides the next steps. */
export interface Observation {
  record: ClusterRecord | undefined
  running: boolean
  failed: boolean
  portsChecked: boolean
}

export function observe(record: ClusterRecord | undefined, runtime: ClusterRuntime): Observation {
  return {
    record,
    running: runtime.running !== null,
    failed: runtime.failure !== null,
    portsChecked: runtime.portsChecked,
  }
}

/** The steps from what is to what shall be, in order. Pure. */
export function plan({ record, running, failed, portsChecked }: Observation): StepName[] {
  if (!record) return running ? ['stop engine'] : []
  if (record.state === 'DELETING') return [...whenTrue(running, 'stop engine'), 'remove cluster']
  if (record.state === 'FAILED') return whenTrue(running, 'stop engine')
  if (running && failed) return ['report healing', 'stop engine']
  const isActive = record.state === 'ACTIVE'
  if (!hasPlaintextListener(record.spec)) return whenTrue(!isActive, 'report active')
  return [
    ...whenTrue(record.nodes.length === 0, 'allocate nodes'),
    ...whenTrue(!running && !portsChecked, 'allocate ports'),
    ...whenTrue(!running, 'start engine'),
    ...whenTrue(!running || !isActive, 'check health', 'report active'),
  ]
}

function whenTrue(condition: boolean, ...names: StepName[]): StepName[] {
  return condition ? names : []
}

/** Observes, plans, applies. What stands in the way becomes a sentence in the cluster's `stateInfo`. */
export async function reconcileCluster(uuid: string, context: StepContext): Promise<Outcome> {
  const { store, runtime } = context
  try {
    for (const name of plan(observe(store.get(uuid), runtime))) await steps[name](uuid, context)
  } catch (error) {
    return noteFailure(uuid, context, error)
  }
  // A broker that died is started again by the next run, which comes with a delay.
  return plan(observe(store.get(uuid), runtime)).length === 0 ? 'settled' : 'retry'
}

function noteFailure(uuid: string, { store, runtime, effects }: StepContext, error: unknown): Outcome {
  const record = store.get(uuid)
  const sentence = sentenceOf(error)
  const isBug = error instanceof AssertionFailure
  const fields = { cluster: record?.name ?? uuid, error }
  if (isBug) effects.logger.error('a bug stopped a step of a cluster', fields)
  else effects.logger.warn('a step of a cluster failed', fields)
  if (!record) return 'retry'
  runtime.failedAttempts++
  const isCreating = record.state === 'CREATING'
  if (isCreating && (isBug || runtime.failedAttempts >= creationAttemptsMax)) {
    const message = `The cluster could not be created: ${sentence}`
    store.observe(uuid, { state: 'FAILED', stateInfo: { code: codeOf(error) ?? 'CREATION_FAILED', message } })
  } else {
    store.observe(uuid, {
      state: record.state === 'ACTIVE' ? 'HEALING' : record.state,
      stateInfo: { code: codeOf(error) ?? 'RECONCILE_FAILED', message: `Tried again soon: ${sentence}` },
    })
  }
  return 'retry'
}
