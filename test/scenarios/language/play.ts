import type { Command, Exchange } from './story.ts'
import { verbs } from './verbs.ts'
import { failureText, type Hosting, World } from './world.ts'

/** Who does what no actor is named for. */
const narrator = 'client'

/** The verb that ends when the clock has been moved, however many timers stand in between. */
const passingTime = 'wait'

interface Waiting {
  readonly actor: string
  readonly answer: Promise<string[]>
}

/**
 * Plays a story from its first command to its last and gives every answer. A command with an actor may wait: then its
 * answer stands, after the actor's name, below the command that brought it about.
 */
export async function play(exchanges: readonly Exchange[], hosting: Hosting = {}): Promise<string[][]> {
  const world = new World(hosting)
  const answers: string[][] = []
  let waiting: Waiting[] = []
  try {
    for (const { command } of exchanges) {
      const lines: string[] = []
      const answer = answerTo(world, command)
      if (command.verb === passingTime || (await world.settles(answer))) lines.push(...(await answer))
      else if (command.actor === null) lines.push('does not end unless time passes: give it an actor')
      else lines.push('waits')
      const still: Waiting[] = []
      for (const earlier of waiting) {
        if (!(await world.settles(earlier.answer))) still.push(earlier)
        else for (const line of await earlier.answer) lines.push(`${earlier.actor}: ${line}`)
      }
      waiting = still
      if (lines[0] === 'waits' && command.actor !== null) waiting.push({ actor: command.actor, answer })
      lines.push(...world.failures.splice(0).map((failure) => `FAILED ${failure}`))
      answers.push(lines)
    }
  } finally {
    await world.close()
  }
  return answers
}

async function answerTo(world: World, command: Command): Promise<string[]> {
  const verb = verbs.get(command.verb)
  if (!verb) return [`there is no verb '${command.verb}'`]
  try {
    return await verb(world, command, command.actor ?? narrator)
  } catch (error) {
    return [failureText(error)]
  }
}
