import type { Done, Step } from './pass.ts'

/** Stops every node that runs. */
export const stopEngine: Step = async ({ runtime }): Promise<Done> => {
  await runtime.cluster?.stop()
  runtime.cluster = null
  runtime.portsChecked = false
  runtime.toldFailures.clear()
  return 'changed'
}
