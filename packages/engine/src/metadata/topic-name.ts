/** Longest topic name, characters: the directory of a partition adds its number to it. */
const lengthMax = 249
const pattern = /^[a-zA-Z0-9._-]+$/

/** Why a topic cannot have this name; null when it can. */
export function topicNameProblem(name: string): string | null {
  if (name === '') return 'the name is empty'
  if (name === '.' || name === '..') return `'${name}' is not a directory name of its own`
  if (name.length > lengthMax) return `the name has ${name.length} characters; ${lengthMax} are the most`
  if (!pattern.test(name)) return 'only letters, digits, ".", "_" and "-" are allowed'
  return null
}

export function isValidTopicName(name: string): boolean {
  return topicNameProblem(name) === null
}
