import { unservedParts } from '../cluster-spec.ts'
import { activeChange } from '../changes/change-life.ts'
import type { Step } from './step.ts'

export const reportActive: Step = (uuid, { store, runtime, engine }) => {
  const record = store.get(uuid)
  // It may have been deleted, or changed again, while its brokers came up.
  if (!record || record.state === 'DELETING' || activeChange(record)) return
  runtime.failedAttempts = 0
  const limits = unservedParts(record.spec, engine)
  store.note(uuid, {
    state: 'ACTIVE',
    stateInfo: limits === null ? null : { code: 'NOT_ALL_SERVED', message: limits },
  })
}
