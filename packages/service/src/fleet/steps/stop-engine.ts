import type { Step } from './step.ts'

/** Stops what runs. A cluster whose broker died is stopped whole: its rest is started again with it. */
export const stopEngine: Step = async (_uuid, { runtime }) => {
  const { running } = runtime
  runtime.running = null
  runtime.failure = null
  runtime.portsChecked = false
  await running?.stop()
}
