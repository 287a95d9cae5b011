import { unservedParts } from '../cluster-spec.ts'
import type { Step } from './step.ts'

export const reportActive: Step = (uuid, { store, runtime }) => {
  const record = store.get(uuid)
  // It may have been deleted while its brokers came up.
  if (!record || record.state === 'DELETING') return
  runtime.failedAttempts = 0
  const limits = unservedParts(record.spec)
  store.observe(uuid, {
    state: 'ACTIVE',
    stateInfo: limits === null ? null : { code: 'NOT_ALL_SERVED', message: limits },
  })
}
