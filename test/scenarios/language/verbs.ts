import { clusterVerbs } from './cluster-verbs.ts'
import { groupVerbs } from './group-verbs.ts'
import { recordVerbs } from './record-verbs.ts'
import type { Command } from './story.ts'
import type { World } from './world.ts'

/** Does a command and gives the lines of its answer. What it throws is answered as one line. */
export type Verb = (world: World, command: Command, actor: string) => Promise<string[]> | string[]

/** Every verb of the language; README.md beside the stories describes them. */
export const verbs: ReadonlyMap<string, Verb> = new Map(
  Object.entries({ ...clusterVerbs, ...recordVerbs, ...groupVerbs }),
)
