import { activeChange } from '../changes/change-life.ts'
import { unservedParts } from '../cluster-spec.ts'
import type { Step } from './pass.ts'

export const reportActive: Step = (pass) => {
  const { record, runtime, engine } = pass
  // It may have been deleted, or changed again, while its brokers came up.
  if (record.state === 'DELETING' || activeChange(record)) return 'unchanged'
  runtime.failedAttempts = 0
  const limits = unservedParts(record.spec, engine)
  return pass.note({
    state: 'ACTIVE',
    stateInfo: limits === null ? null : { code: 'NOT_ALL_SERVED', message: limits },
  })
}
