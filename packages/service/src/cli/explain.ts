import { type Explanation, kafkaExplanations } from '@sluice/client'
import { ErrorCode, errorInfo } from '@sluice/wire'
import { Command } from 'commander'
import { OperatingError } from '../fleet/operating-error.ts'
import { ownCommand } from './advice.ts'
import { defaultDataDirectory } from './options.ts'
import { formatOption, type OutputFormat, printAll, printOne } from './output.ts'
import { serviceExplanations } from './service-explanations.ts'

/** One code, whatever speaks of it. */
interface Explained extends Explanation {
  name: string
  /** Kafka's codes are numbers on the wire. */
  code?: number
  retriable?: boolean
}

const listed = {
  CODE: ({ code }: Explained) => code,
  NAME: ({ name }: Explained) => name,
  MEANING: ({ meaning }: Explained) => meaning,
}
const columns = {
  NAME: ({ name, code }: Explained) => (code === undefined ? name : `${name} (${code})`),
  MEANS: ({ meaning }: Explained) => meaning,
  'USUAL CAUSES': ({ causes }: Explained) => causes,
  NEXT: ({ next }: Explained) => next,
  RETRIED: ({ retriable }: Explained) =>
    retriable === undefined ? undefined : retriable ? 'yes, by clients themselves' : 'no',
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('what an error code means, what usually causes it, and what to do; without one, all of them')
    .argument('[code]', 'of Kafka (by number or name), of the AWS APIs, of a cluster’s state or of ours')
    .addOption(formatOption())
    .action(async (code: string | undefined, { output }: { output: OutputFormat }) => {
      if (code === undefined) await printAll(allExplained(), listed, output)
      else await printOne(explained(code), columns, output)
    })
}

/** Whether there is more to be told of a code than where it was met. */
export function isExplained(code: string): boolean {
  return serviceExplanations.has(code) || [...kafkaExplanations.keys()].some((name) => name === code)
}

/** Kafka's by their numbers, then the others. */
export function allExplained(): Explained[] {
  const ofKafka = [...kafkaExplanations].map(([name, explanation]): Explained => {
    const code = ErrorCode[name]
    return { name, code, retriable: errorInfo(code).retriable, ...explanation }
  })
  const others = [...serviceExplanations].map(([name, explanation]): Explained => ({ name, ...explanation }))
  return [...ofKafka, ...others]
}

/** Names are taken in any case; Java clients say NotLeaderOrFollowerException. */
export function explained(asked: string): Explained {
  const all = allExplained()
  const key = keyOf(asked)
  const found = all.find(({ name, code }) => String(code) === asked.trim() || keyOf(name) === key)
  if (found) return found
  const near = all.filter(({ name }) => key.length > 3 && keyOf(name).includes(key)).map(({ name }) => name)
  throw new OperatingError(`Nothing is known of ${asked}.`, {
    code: 'CODE_UNKNOWN',
    why:
      near.length > 0
        ? `Those that are like it: ${near.join(', ')}.`
        : 'It is no code of Kafka, of the AWS APIs that are served here, or of ours.',
    next: `See them all: ${ownCommand('explain', defaultDataDirectory)}`,
  })
}

function keyOf(name: string): string {
  return name
    .trim()
    .replaceAll(/[_\s-]/g, '')
    .toLowerCase()
    .replace(/(exception|error)$/, '')
}
