/** A topic that a request names, or one of its partitions. */
export interface Place {
  readonly topic: string
  readonly partition: number | null
}

const topicMembers = ['topic', 'name', 'topicName']
const partitionMembers = ['partition', 'partitionIndex', 'index', 'partitionId']
/** Lists of plain numbers, or of names. */
const partitionLists = new Set(['partitions', 'partitionIndexes'])
const topicLists = new Set(['topicNames'])

type NameOf = (topicId: string) => string | undefined

/** All that a decoded request of any API names of topics: their members go by few names, whatever the API. */
export function placesIn(request: unknown, nameOf: NameOf): Place[] {
  const places: Place[] = []
  collect(request, null, nameOf, places)
  return places
}

function collect(value: unknown, within: string | null, nameOf: NameOf, places: Place[]): void {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return
  const members = value as Record<string, unknown>
  const named = topicOf(members, nameOf)
  const topic = named ?? within
  const partition = partitionMembers.map((name) => members[name]).find((it) => typeof it === 'number') ?? null
  if (topic !== null && (named !== null || partition !== null))
    places.push({ topic, partition: partition as number | null })
  for (const [name, inner] of Object.entries(members)) {
    if (!Array.isArray(inner)) continue
    for (const each of inner as unknown[]) {
      if (typeof each === 'number' && topic !== null && partitionLists.has(name))
        places.push({ topic, partition: each })
      else if (typeof each === 'string' && topicLists.has(name)) places.push({ topic: each, partition: null })
      else collect(each, topic, nameOf, places)
    }
  }
}

function topicOf(members: Record<string, unknown>, nameOf: NameOf): string | null {
  for (const name of topicMembers) {
    const value = members[name]
    if (typeof value === 'string' && value !== '') return value
  }
  const id = members['topicId']
  return typeof id === 'string' ? (nameOf(id) ?? null) : null
}
