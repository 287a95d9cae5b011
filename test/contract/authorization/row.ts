import type { Api, Input, RequestOf } from '@sluice/wire'
import type { Topic } from '../fixture.ts'

export const principals = ['bob', 'alice', 'carol'] as const
export type Principal = (typeof principals)[number]

/** Topics, and groups of the same names. */
export interface Names {
  readonly seen: Topic
  readonly hidden: Topic
  /** To be deleted. */
  readonly seenToGo: Topic
  readonly hiddenToGo: Topic
  /** No topic has these, and alice may do everything to the second. */
  readonly missing: string
  readonly seenMissing: string
}

/** A request, and what each principal is told of what it names. */
export interface Row {
  readonly api: Api
  readonly version: number
  readonly request: (names: Names) => object
  readonly answered: Readonly<Record<Principal, readonly string[]>>
  readonly what?: string | undefined
  /** Apache Kafka answers its parts in an order of chance. */
  readonly isInAnyOrder?: boolean
}

export const inAnyOrder = (of: Row): Row => ({ ...of, isInAnyOrder: true })

export function row<A extends Api>(
  api: A,
  version: number,
  request: (names: Names) => Input<RequestOf<A>>,
  answered: Row['answered'],
  what?: string,
): Row {
  return { api, version, request, answered, what }
}

/** Nobody is told anything but an error, or nothing, of the whole. */
export const wholly = (bob: number, alice: number, carol: number): Row['answered'] => {
  const of = (code: number) => (code === 0 ? [] : [`all ${code}`])
  return { bob: of(bob), alice: of(alice), carol: of(carol) }
}

/** Alice may, of the topic or group that she may see. */
export const ofSeen = (refused: number, granted = 0): Row['answered'] => {
  const none = [`hidden ${refused}`, `seen ${refused}`]
  return { bob: none, carol: none, alice: [`hidden ${refused}`, `seen ${granted}`] }
}

/** Both topics, each in its own form. */
export const both = <T>({ seen, hidden }: Names, of: (topic: Topic) => T): T[] => [of(hidden), of(seen)]

const labels = ['name', 'topic', 'key', 'resourceName', 'topicName', 'groupId', 'user', 'transactionalId']

/** Who and what an answer names, with the error that it has for it, in order. */
export function told(answer: object, names: Names): string[] {
  const found = new Set<string>()
  const { errorCode = 0, ...members } = answer as { errorCode?: number }
  if (errorCode !== 0) found.add(`all ${errorCode}`)
  for (const member of Object.values(members)) collect(member, 'all', names, found)
  return [...found].sort()
}

function collect(value: unknown, of: string, names: Names, found: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, of, names, found)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Buffer.isBuffer(value)) return
  const members = new Map<string, unknown>(Object.entries(value))
  const label = labelOf(members, names) ?? of
  const codeOf = (name: string) => members.get(name) as number | undefined
  const code = codeOf('errorCode') ?? codeOf('partitionErrorCode')
  if (code !== undefined) found.add(`${label} ${code}`)
  else if (members.has('protocolType')) found.add(label)
  const configs = codeOf('topicConfigErrorCode')
  if (configs) found.add(`${label} configs ${configs}`)
  for (const member of members.values()) if (Array.isArray(member)) collect(member, label, names, found)
}

function labelOf(members: ReadonlyMap<string, unknown>, names: Names): string | undefined {
  const known = Object.entries(names) as [string, Topic | string][]
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
  const own = labels.map((label) => members.get(label)).find(isText)
  if (own !== undefined)
    return known.find(([, one]) => (typeof one === 'string' ? one : one.name) === own)?.[0] ?? own
  const topicId = members.get('topicId')
  const byId = known.find(([, one]) => typeof one !== 'string' && one.id === topicId)
  return byId && `(${byId[0]})`
}
