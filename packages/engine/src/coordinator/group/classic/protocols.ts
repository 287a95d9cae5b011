import { assert } from '@sluice/effects'
import { ConsumerProtocolSubscription, DecodeError, Reader } from '@sluice/wire'

/** One way of assigning that a member knows, and what it says of itself under it. */
interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

/** One member's protocols, in its order of preference. */
export type Preferences = readonly MemberProtocol[]

/** Of a protocol that is named twice the first counts. */
export function metadataByName(preferences: Preferences): ReadonlyMap<string, Buffer> {
  const byName = new Map<string, Buffer>()
  for (const { name, metadata } of preferences) if (!byName.has(name)) byName.set(name, metadata)
  return byName
}

/** Every member votes for the first of its protocols that all support; the one with most votes is taken. */
export function selectProtocol(members: readonly Preferences[]): string {
  const [first] = members
  assert(first, 'a protocol is selected without members')
  const names = members.map((each) => new Set(each.map(({ name }) => name)))
  const candidates = new Set(
    first.map(({ name }) => name).filter((name) => names.every((each) => each.has(name))),
  )
  const votes = new Map<string, number>()
  for (const preferences of members) {
    const vote = preferences.find(({ name }) => candidates.has(name))
    assert(vote, 'a member supports no common protocol')
    votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  const [winner] = [...votes].reduce((best, each) => (each[1] > best[1] ? each : best))
  return winner
}

/** The topics of a consumer's subscription; null where it cannot be read. */
export function subscribedTopics(metadata: Buffer): string[] | null {
  try {
    const reader = new Reader(metadata)
    if (reader.int16() < 0) return null
    // Version 0 is the beginning of every version, so also of those that we do not know.
    return ConsumerProtocolSubscription.decode(reader, 0).topics
  } catch (error) {
    // The members' own bytes: what cannot be read is not known, and nothing worse.
    if (error instanceof DecodeError) return null
    throw error
  }
}

/** What a member takes, and each protocol that it names, beside the bytes that they bring. */
const objectBytes = 500

export function bytesOf(protocols: Preferences): number {
  let bytes = objectBytes
  for (const { name, metadata } of protocols) bytes += objectBytes + 2 * name.length + metadata.length
  return bytes
}
