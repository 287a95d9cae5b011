import { RE2JS, RE2JSSyntaxException } from 're2js'

/*
 * Regular expressions as Apache Kafka takes them: those of RE2, which are matched in a time that grows with the text
 * alone. How long the first match takes, and the compilation, grows with the expression, so that has a bound, too.
 */

/** UTF-16 units. */
const regexUnitsMax = 1_024
/** The same, once what is repeated a number of times is written out, and classes of Unicode are: how long it compiles. */
const expandedUnitsMax = 8_192
/** Such a class is made of hundreds of ranges. */
const unicodeClassUnits = 256
/** Of the program that it compiles to: how long a match takes. */
const instructionsMax = 1_000

/** A topic is subscribed to where all of its name matches. */
interface TopicPattern {
  readonly regex: string
  matches(topic: string): boolean
}

/** The pattern, or what is wrong with it. */
export function topicPattern(regex: string): TopicPattern | string {
  if (regex.length > regexUnitsMax) return `longer than ${regexUnitsMax} characters`
  if (expandedUnits(regex) > expandedUnitsMax) return 'its repetitions or classes are too many'
  try {
    const compiled = RE2JS.compile(regex)
    if (compiled.programSize() > instructionsMax) return 'its parts are too many'
    return { regex, matches: (topic) => compiled.matches(topic) }
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.getDescription()
    throw error
  }
}

/** RE2 refuses more. */
const repetitionsMax = 1_000

/** At most so many: as if each count repeated the whole, and each count of a group all other counts. */
function expandedUnits(regex: string): number {
  let times = 0
  let timesOfGroups = 1
  for (const [, group, least = '', most] of regex.matchAll(/(\))?\{(\d+)(?:,(\d*))?\}/g)) {
    const count = Math.max(Number(least), Number(most ?? 0))
    if (count > repetitionsMax) continue
    if (group) timesOfGroups *= Math.max(count, 1)
    else times += count
  }
  const classes = regex.match(/\\[pP]/g)?.length ?? 0
  return (regex.length + classes * unicodeClassUnits) * Math.max(times, 1) * timesOfGroups
}
