import type { Done, Step } from './pass.ts'

/** Lets the engine look at what there is: nodes may run that a former service left behind. */
export const openEngine: Step = async ({
  uuid,
  store,
  runtime,
  engine,
  settings,
  trigger,
  record,
}): Promise<Done> => {
  const directory = store.directoryOf(uuid)
  const { name, hosting } = record
  const acceptsMetadataLoss = settings.metadataLossAccepted.includes(name)
  runtime.cluster = await engine.open({
    name,
    directory,
    hosting,
    acceptsMetadataLoss,
    credentials: () => runtime.nodeAuthority.credentials(),
    access: settings.accessOf(record),
    onChange: trigger,
    onDoubt: () => {
      runtime.settled = false
      trigger()
    },
  })
  return 'changed'
}
