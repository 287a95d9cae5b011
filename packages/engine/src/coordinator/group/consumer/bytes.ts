import type { ConsumerMember } from './consumer-member.ts'

/** What a member takes, and each thing that it names, beside the text. */
const objectBytes = 500
const textBytes = 50
const partitionBytes = 50

/** What it takes to remember a member: what it says of itself, and what it has. */
export function memberBytes({ memberId, metadata, assigned, revoking }: ConsumerMember): number {
  let bytes = objectBytes + textOf(memberId)
  for (const text of [metadata.instanceId, metadata.rackId, metadata.clientId, metadata.subscribedTopicRegex])
    bytes += textOf(text ?? '')
  for (const topic of metadata.subscribedTopicNames) bytes += textOf(topic)
  for (const protocol of metadata.classicMemberMetadata?.supportedProtocols ?? [])
    bytes += textOf(protocol.name) + protocol.metadata.length
  for (const possession of [assigned, revoking])
    for (const { partitions } of possession.values()) bytes += textBytes + partitions.length * partitionBytes
  return bytes
}

export function resolvedBytes(regex: string, { topics }: { readonly topics: readonly string[] }): number {
  return objectBytes + textOf(regex) + topics.length * textBytes
}

function textOf(text: string): number {
  return textBytes + 2 * text.length
}
