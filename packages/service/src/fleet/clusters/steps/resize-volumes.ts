import type { Done, Step } from './pass.ts'

/** Brokers that run hear how large their volumes are; those that do not hear it when they start. */
export const resizeVolumes: Step = ({ cluster, plan, runtime }): Done => {
  cluster.resizeVolumes(plan)
  runtime.volumeBytes = plan.volumeBytes ?? null
  return 'changed'
}
