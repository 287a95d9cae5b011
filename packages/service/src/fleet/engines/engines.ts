import type { Engine, EngineName, Hosting } from './engine.ts'

/** The engines of this service; a cluster is run by the same one all its life. */
export interface Engines {
  /** Runs the clusters that do not name one. */
  readonly default: Engine
  /** Of clusters that do not choose one, where their engine has it. */
  readonly hosting: Hosting
  /** In the order in which messages name them. */
  readonly all: readonly Engine[]
  of(name: EngineName | string): Engine | undefined
}

export function enginesOf(
  all: readonly Engine[],
  defaultName: EngineName,
  hosting: Hosting = 'inline',
): Engines {
  const of = (name: string) => all.find((engine) => engine.name === name)
  const standard = of(defaultName)
  if (!standard) throw new Error(`there is no engine ${defaultName}`)
  return { default: standard, hosting, all, of }
}

/** Why nodes of this engine cannot be hosted so, as a sentence; null where they can. */
export function hostingProblem({ name, hostings }: Engine, asked: string): string | null {
  if (hostings.length === 1)
    return `The engine ${name} runs every node in a process of its own: there is no hosting to choose.`
  if (hostings.some((hosting) => hosting === asked)) return null
  return `There is no hosting '${asked}'. The hostings of the engine ${name} are: ${hostings.join(', ')}.`
}
