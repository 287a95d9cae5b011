import type { Engine, EngineName } from './engine.ts'

/** The engines of this service; a cluster is run by the same one all its life. */
export interface Engines {
  /** Runs the clusters that do not name one. */
  readonly default: Engine
  /** In the order in which messages name them. */
  readonly all: readonly Engine[]
  of(name: EngineName | string): Engine | undefined
}

export function enginesOf(all: readonly Engine[], defaultName: EngineName): Engines {
  const of = (name: string) => all.find((engine) => engine.name === name)
  const standard = of(defaultName)
  if (!standard) throw new Error(`there is no engine ${defaultName}`)
  return { default: standard, all, of }
}
