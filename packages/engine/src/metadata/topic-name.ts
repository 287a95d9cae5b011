import { consumerOffsets, shareGroupState, transactionState } from '@sluice/wire'

/** Longest topic name, characters: the directory of a partition adds its number to it. */
const lengthMax = 249
const legal = /^[a-zA-Z0-9._-]+$/

/** Why this is no topic name, as a sentence; null when it is one. */
export function topicNameProblem(name: string): string | null {
  const problem = (what: string) => `Topic name is invalid: ${what}`
  if (name === '') return problem('the empty string is not allowed')
  if (name === '.' || name === '..') return problem(`'${name}' is not allowed`)
  if (name.length > lengthMax) return problem(`it has ${name.length} characters, ${lengthMax} are the most`)
  if (legal.test(name)) return null
  return problem(`'${name}' has characters other than ASCII letters, digits, '.', '_' and '-'`)
}

export function isValidTopicName(name: string): boolean {
  return topicNameProblem(name) === null
}

/** Names that differ only in '.' and '_' would share their metrics' names, so only one of them can be. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}

/** Those of Apache Kafka, whether their coordinators are served or not: their names are taken. */
const internalTopics: ReadonlySet<string> = new Set(
  [consumerOffsets, transactionState, shareGroupState].map(({ topic }) => topic),
)

export function isInternalTopic(topic: string): boolean {
  return topic.charCodeAt(0) === underscore && internalTopics.has(topic)
}

const underscore = 0x5f
