import type { Done, Step } from './pass.ts'

/** Lets the engine look at what there is: nodes may run that a former service left behind. */
export const openEngine: Step = async ({ uuid, store, runtime, engine, trigger, record }): Promise<Done> => {
  const directory = store.directoryOf(uuid)
  runtime.cluster = await engine.open({ name: record.name, directory, onChange: trigger })
  return 'changed'
}
