import type { Step } from './step.ts'

/** A broker stopped by itself: the cluster says so until it is back. */
export const reportHealing: Step = (uuid, { store, runtime, effects }) => {
  const { failure } = runtime
  const record = store.get(uuid)
  if (!failure || !record) return
  effects.logger.error('a broker failed', { cluster: record.name, ...failure })
  store.observe(uuid, {
    state: record.state === 'ACTIVE' ? 'HEALING' : record.state,
    stateInfo: { code: 'BROKER_FAILED', message: `Broker ${failure.nodeId} failed: ${failure.reason}` },
  })
}
