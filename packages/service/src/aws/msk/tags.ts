import { engineTag, hostingTag, propertyTagPrefix } from '../../fleet/clusters/static-properties.ts'
import { badRequest } from './exceptions.ts'

const tagsMax = 50
const keyLengthMax = 128
const valueLengthMax = 255
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** AWS's limits on tags. The value of a tag that sets a broker property may be any printable text. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags)
  if (entries.length > tagsMax) throw badRequest(`A resource has at most ${tagsMax} tags.`, 'tags')
  for (const [key, value] of entries) {
    if (key.length < 1 || lengthOf(key) > keyLengthMax || !tagText.test(key))
      throw badRequest(
        `The tag key '${key.slice(0, keyLengthMax)}' is not valid: 1 to ${keyLengthMax} letters, digits, spaces and _ . : / = + - @ are.`,
        'tags',
      )
    if (key.toLowerCase().startsWith('aws:'))
      throw badRequest(`The tag key '${key}' is not valid: aws: is reserved.`, 'tags')
    const isProperty = key.startsWith(propertyTagPrefix)
    const isText = isProperty ? !/\p{C}/u.test(value) : tagText.test(value)
    if (lengthOf(value) > valueLengthMax || !isText)
      throw badRequest(
        `The value of the tag '${key}' is not valid: up to ${valueLengthMax} letters, digits, spaces and _ . : / = + - @ are.`,
        'tags',
      )
  }
}

/** In Unicode characters, as AWS counts. */
function lengthOf(text: string): number {
  return Array.from(text).length
}

/** Tags that set broker properties, the engine or the hosting did so when the cluster was created: a later change would be a lie. */
export function keepOwnTags(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[key] === after[key]) continue
    if (key.startsWith(propertyTagPrefix))
      throw badRequest(`The tag '${key}' set a broker property at creation and cannot be changed.`, 'tags')
    if (key === engineTag)
      throw badRequest(`The tag '${key}' set the engine at creation and cannot be changed.`, 'tags')
    if (key === hostingTag)
      throw badRequest(`The tag '${key}' set the hosting at creation and cannot be changed.`, 'tags')
  }
}
