import type { ClusterTopics, TopicDescription } from '../cluster-view.ts'

/** The topics of brokers that are none: those that a test puts there, which nobody changes. */
export class FakeTopics implements ClusterTopics {
  readonly topics: TopicDescription[] = []
  /** What is said to whoever asks, in place of an answer. */
  failure: Error | null = null

  async list(): Promise<TopicDescription[]> {
    return this.#answered(this.topics)
  }

  async describe(name: string): Promise<TopicDescription | null> {
    return this.#answered(this.topics.find((topic) => topic.name === name) ?? null)
  }

  async configs(): Promise<Record<string, string>> {
    return this.#answered({})
  }

  async create(): Promise<void> {
    this.#answered(null)
  }

  async setConfigs(): Promise<void> {
    this.#answered(null)
  }

  async setPartitionCount(): Promise<void> {
    this.#answered(null)
  }

  async delete(): Promise<void> {
    this.#answered(null)
  }

  #answered<Answer>(answer: Answer): Answer {
    if (this.failure) throw this.failure
    return answer
  }
}
