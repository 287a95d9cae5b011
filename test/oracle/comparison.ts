import type { RecordedExchange, RecordedTest } from './recording.ts'

/** Where an answer may differ, and why that is right. */
export interface AcceptedDifference {
  api: string
  /**
   * The path of the field; `[]` stands for every element, `[name=log.dirs]` for one. What lies below it is accepted
   * too.
   */
  path: string
  reason: string
  /** Where given, only these values are accepted; `absent` where one has nothing there. */
  embedded?: unknown
  apacheKafka?: unknown
}

interface Difference {
  file: string
  test: string
  api: string
  version: number
  path: string
  embedded: unknown
  apacheKafka: unknown
}

interface Comparison {
  /** Tests that both ran to a good end. */
  tests: number
  testsThatDiffer: number
  differences: Difference[]
  acceptedCount: number
  /** Accepted differences that were not met. */
  stale: AcceptedDifference[]
}

/** What stands for an element or a field that only the other one has. */
export const absent = Symbol('absent')

export function compareRecordings(
  embedded: readonly RecordedTest[],
  apacheKafka: readonly RecordedTest[],
  accepted: readonly AcceptedDifference[],
): Comparison {
  const theirs = new Map(apacheKafka.map((test) => [keyOf(test), test]))
  const patterns = accepted.map((entry) => ({ entry, pattern: patternOf(entry.path) }))
  const met = new Set<AcceptedDifference>()
  const comparison: Comparison = {
    tests: 0,
    testsThatDiffer: 0,
    differences: [],
    acceptedCount: 0,
    stale: [],
  }
  for (const test of embedded) {
    const other = theirs.get(keyOf(test))
    if (!other) continue
    comparison.tests++
    const differences = compareTest(test, other).filter((difference) => {
      const found = patterns.find(({ entry, pattern }) => isAccepted(difference, entry, pattern))
      if (found) met.add(found.entry)
      if (found) comparison.acceptedCount++
      return !found
    })
    if (differences.length > 0) comparison.testsThatDiffer++
    comparison.differences.push(...differences)
  }
  comparison.stale = accepted.filter((entry) => !met.has(entry))
  return comparison
}

function isAccepted(difference: Difference, entry: AcceptedDifference, pattern: RegExp): boolean {
  return (
    entry.api === difference.api &&
    pattern.test(difference.path) &&
    (!('embedded' in entry) || entry.embedded === difference.embedded) &&
    (!('apacheKafka' in entry) || entry.apacheKafka === difference.apacheKafka)
  )
}

function keyOf({ file, test }: RecordedTest): string {
  return `${file} > ${test}`
}

function compareTest(embedded: RecordedTest, apacheKafka: RecordedTest): Difference[] {
  const connections = [...embedded.exchanges, ...apacheKafka.exchanges].map(({ connection }) => connection)
  return [...new Set(connections)].flatMap((connection) => {
    const ours = embedded.exchanges.filter((exchange) => exchange.connection === connection)
    const theirs = apacheKafka.exchanges.filter((exchange) => exchange.connection === connection)
    return compareExchanges(ours, theirs).map((difference) => ({
      file: embedded.file,
      test: embedded.test,
      ...difference,
    }))
  })
}

function compareExchanges(
  embedded: readonly RecordedExchange[],
  apacheKafka: readonly RecordedExchange[],
): Omit<Difference, 'file' | 'test'>[] {
  const differences: Omit<Difference, 'file' | 'test'>[] = []
  for (let at = 0; at < Math.max(embedded.length, apacheKafka.length); at++) {
    const ours = embedded[at]
    const theirs = apacheKafka[at]
    const where = { api: (ours ?? theirs)?.api ?? '', version: (ours ?? theirs)?.version ?? 0 }
    if (!ours || !theirs || ours.api !== theirs.api || ours.version !== theirs.version) {
      // From here on the two runs went different ways.
      differences.push({ ...where, path: '(request)', embedded: nameOf(ours), apacheKafka: nameOf(theirs) })
      break
    }
    if (ours.response === undefined || theirs.response === undefined) continue
    for (const difference of differencesOf(ours.response, theirs.response))
      differences.push({ ...where, ...difference })
  }
  return differences
}

function nameOf(exchange: { api: string; version: number } | undefined): unknown {
  return exchange ? `${exchange.api} ${exchange.version}` : absent
}

type ValueDifference = Pick<Difference, 'path' | 'embedded' | 'apacheKafka'>

/** Every place where two answers differ. Elements of lists are matched by what names them, else by position. */
export function differencesOf(embedded: unknown, apacheKafka: unknown, path = ''): ValueDifference[] {
  if (Array.isArray(embedded) && Array.isArray(apacheKafka)) {
    const key = keyOfElements([embedded, apacheKafka])
    const ours = byKey(embedded, key)
    const theirs = byKey(apacheKafka, key)
    return union(ours, theirs).flatMap((name) =>
      differencesOf(valueIn(ours, name), valueIn(theirs, name), `${path}[${name}]`),
    )
  }
  if (isFields(embedded) && isFields(apacheKafka)) {
    const ours = new Map(Object.entries(embedded))
    const theirs = new Map(Object.entries(apacheKafka))
    return union(ours, theirs).flatMap((name) =>
      differencesOf(valueIn(ours, name), valueIn(theirs, name), path ? `${path}.${name}` : name),
    )
  }
  return Object.is(embedded, apacheKafka) ? [] : [{ path, embedded, apacheKafka }]
}

/** Fields, alone or together, that may name an element. */
const keys: readonly (readonly string[])[] = [
  ['apiKey'],
  ['name'],
  ['topic'],
  ['topicId'],
  ['groupId'],
  ['partitionIndex'],
  ['partition'],
  ['nodeId'],
  ['brokerId'],
  ['memberId'],
  ['producerId'],
  ['resourceType', 'resourceName'],
  ['index'],
]

/** What tells the elements of both lists apart, if there is such a thing. */
function keyOfElements(lists: readonly (readonly unknown[])[]): readonly string[] | undefined {
  return keys.find((fields) =>
    lists.every((list) => {
      const isNamed = list.every(
        (element) => isFields(element) && fields.every((field) => isName(element[field])),
      )
      return isNamed && new Set(list.map((element) => nameIn(element, fields))).size === list.length
    }),
  )
}

function isName(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value !== '' && value !== '<no id>')
}

function nameIn(element: unknown, fields: readonly string[]): string {
  return fields.map((field) => `${field}=${String((element as Record<string, unknown>)[field])}`).join(' ')
}

function byKey(list: readonly unknown[], fields: readonly string[] | undefined): Map<string, unknown> {
  return new Map(list.map((element, at) => [fields ? nameIn(element, fields) : String(at), element]))
}

function union(ours: Map<string, unknown>, theirs: Map<string, unknown>): string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])]
}

function valueIn(map: Map<string, unknown>, name: string): unknown {
  return map.has(name) ? map.get(name) : absent
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function patternOf(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\[\\]', '\\[[^\\]]*\\]')
  return new RegExp(`^${escaped}($|[.[])`)
}

const valueCharactersMax = 100
const differencesShownMax = 200

/** The differences as a diff a person reads: `-` is what the embedded engine says, `+` what Apache Kafka does. */
export function diffText({ differences }: Comparison): string {
  const lines = ['--- embedded', '+++ apache-kafka']
  let test = ''
  let request = ''
  for (const difference of differences.slice(0, differencesShownMax)) {
    const { file, api, version, path } = difference
    if (test !== `${file} > ${difference.test}`) lines.push('', (test = `${file} > ${difference.test}`))
    if (request !== `${test} ${api} ${version}`) lines.push(`@@ ${api} version ${version} @@`)
    request = `${test} ${api} ${version}`
    lines.push(`  ${path}`)
    if (difference.embedded !== absent) lines.push(`-   ${short(difference.embedded)}`)
    if (difference.apacheKafka !== absent) lines.push(`+   ${short(difference.apacheKafka)}`)
  }
  const more = differences.length - differencesShownMax
  if (more > 0) lines.push('', `and ${more} more`)
  return lines.join('\n')
}

function short(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= valueCharactersMax ? text : `${text.slice(0, valueCharactersMax)}…`
}
