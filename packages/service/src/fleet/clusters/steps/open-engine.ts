import { needRecord, type Step } from './step.ts'

/** Lets the engine look at what there is: nodes may run that a former service left behind. */
export const openEngine: Step = async (uuid, context) => {
  const { store, runtime, engine, trigger } = context
  const { name } = needRecord(uuid, context)
  runtime.cluster = await engine.open({ name, directory: store.directoryOf(uuid), onChange: trigger })
}
