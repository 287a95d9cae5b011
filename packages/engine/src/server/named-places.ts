/** A topic that a request names, or one of its partitions. */
export interface Place {
  readonly topic: string
  readonly partition: number | null
}

const topicMembers = ['topic', 'topicName']
/** In these lists a topic goes by `name`, as much else does elsewhere: configs, protocols of members, users. */
const listsOfTopics = new Set(['topics', 'topicData', 'v3AndBelowTopics'])
const partitionMembers = ['partition', 'partitionIndex', 'index', 'partitionId']
/** Lists of plain numbers, or of names. */
const partitionLists = new Set(['partitions', 'partitionIndexes'])
const topicLists = new Set(['topicNames', 'subscribedTopicNames'])

type NameOf = (topicId: string) => string | undefined

/** All that a decoded request of any API names of topics: their members go by few names, whatever the API. */
export function placesIn(request: unknown, nameOf: NameOf): Place[] {
  const places: Place[] = []
  collect(request, { list: null, topic: null }, nameOf, places)
  return places
}

interface Within {
  readonly list: string | null
  readonly topic: string | null
}

function collect(value: unknown, within: Within, nameOf: NameOf, places: Place[]): void {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return
  const members = value as Record<string, unknown>
  const named = topicOf(members, within.list, nameOf)
  const topic = named ?? within.topic
  const partition = partitionMembers.map((name) => members[name]).find((it) => typeof it === 'number') ?? null
  if (topic !== null && (named !== null || partition !== null))
    places.push({ topic, partition: partition as number | null })
  for (const [name, inner] of Object.entries(members)) {
    if (!Array.isArray(inner)) continue
    for (const each of inner as unknown[]) {
      if (typeof each === 'number' && topic !== null && partitionLists.has(name))
        places.push({ topic, partition: each })
      else if (typeof each === 'string' && topicLists.has(name)) places.push({ topic: each, partition: null })
      else collect(each, { list: name, topic }, nameOf, places)
    }
  }
}

function topicOf(members: Record<string, unknown>, list: string | null, nameOf: NameOf): string | null {
  const ways = list !== null && listsOfTopics.has(list) ? [...topicMembers, 'name'] : topicMembers
  for (const name of ways) {
    const value = members[name]
    if (typeof value === 'string' && value !== '') return value
  }
  const id = members['topicId']
  return typeof id === 'string' ? (nameOf(id) ?? null) : null
}
