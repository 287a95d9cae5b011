import type { MetadataImage } from '../metadata/image.ts'
import type { ConnectionSession } from '../server/connection-session.ts'
import { endpointsFor } from './endpoints.ts'

interface CurrentLeader {
  readonly leaderId: number
  readonly leaderEpoch: number
}

/** Whom one answer names in this broker's place: the leaders of its partitions, and their addresses (KIP-951). */
export class LeaderHints {
  readonly #metadata: MetadataImage
  readonly #session: ConnectionSession
  readonly #leaders = new Set<number>()

  constructor(metadata: MetadataImage, session: ConnectionSession) {
    this.#metadata = metadata
    this.#session = session
  }

  /** Null for a partition that does not exist. */
  of(topic: string, index: number): CurrentLeader | null {
    const partition = this.#metadata.topic(topic)?.partitions[index]
    if (!partition) return null
    const { leader: leaderId, leaderEpoch } = partition
    this.#leaders.add(leaderId)
    return { leaderId, leaderEpoch }
  }

  /** Of the leaders that are alive. */
  get nodeEndpoints(): ReturnType<typeof endpointsFor> {
    if (this.#leaders.size === 0) return []
    return endpointsFor(this.#session, this.#metadata).filter(({ nodeId }) => this.#leaders.has(nodeId))
  }
}
