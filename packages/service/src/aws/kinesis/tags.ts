import { invalidArgument } from './exceptions.ts'

export const tagsMax = 50
const letters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@%]*$/u

/** The tags of a resource with these beside them, whose lengths the service model bounds. */
export function checkedTags(
  given: Readonly<Record<string, string>> = {},
  before: Readonly<Record<string, string>> = {},
  tooMany = `A resource can have at most ${tagsMax} tags.`,
): Record<string, string> {
  for (const [key, value] of Object.entries(given)) {
    if (key.toLowerCase().startsWith('aws:'))
      throw invalidArgument(`The tag key '${key}' is not valid: aws: is reserved for the service.`)
    checkLetters(key)
    checkLetters(value)
  }
  const tags = { ...before, ...given }
  if (Object.keys(tags).length > tagsMax) throw invalidArgument(tooMany)
  return tags
}

function checkLetters(text: string): void {
  if (letters.test(text)) return
  throw invalidArgument(
    'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.',
  )
}

export function tagsWithout(
  tags: Readonly<Record<string, string>>,
  keys: readonly string[] = [],
): Record<string, string> {
  keys.forEach(checkLetters)
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}

/** By their keys. */
export function tagShapes(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1))
}
