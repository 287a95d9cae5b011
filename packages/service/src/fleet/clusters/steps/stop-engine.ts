import type { Step } from './step.ts'

/** Stops every node that runs. */
export const stopEngine: Step = async (_uuid, { runtime }) => {
  await runtime.cluster?.stop()
  runtime.cluster = null
  runtime.portsChecked = false
  runtime.toldFailures.clear()
}
