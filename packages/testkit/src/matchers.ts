import type { GroupWanted, KafkaServer, RecordFilter, RequestFilter, StoredRecord } from './api.ts'
import { KafkaServerError } from './server-error.ts'

/** As Vitest and Jest have it. */
interface MatcherState {
  readonly isNot?: boolean
}

interface Matched {
  readonly pass: boolean
  readonly message: () => string
}

/** For `expect.extend`. What is asked for is waited for; what must not be is looked at once. */
export const matchers = {
  async toHaveProduced(
    this: MatcherState,
    kafka: KafkaServer,
    topic: string,
    filter: RecordFilter = {},
  ): Promise<Matched> {
    const found = await (this.isNot ? kafka.records(topic, filter) : recordsInTime(kafka, topic, filter))
    const what = `record in ${topic} that matches ${JSON.stringify(filter)}`
    const all = (await kafka.records(topic)).map(({ key, value }) => ({ key, value }))
    const there = JSON.stringify(all.slice(-10))
    const pass = found.length > 0
    return { pass, message: () => `expected ${pass ? 'no' : 'a'} ${what}; the last that are there: ${there}` }
  },

  async toHaveNoRecords(this: MatcherState, kafka: KafkaServer, topic: string): Promise<Matched> {
    const records = await kafka.records(topic)
    const first = JSON.stringify(records[0]?.value ?? null)
    return {
      pass: records.length === 0,
      message: () =>
        records.length === 0
          ? `expected records in ${topic}`
          : `expected no records in ${topic}; there are ${records.length}, the first is ${first}`,
    }
  },

  async toHaveGroup(
    this: MatcherState,
    kafka: KafkaServer,
    group: string,
    wanted: GroupWanted = {},
  ): Promise<Matched> {
    try {
      await kafka.waitForGroup(group, this.isNot ? { timeoutMs: 0, ...wanted } : wanted)
      return { pass: true, message: () => `expected the group ${group} not to be so` }
    } catch (error) {
      return { pass: false, message: () => messageOf(error) }
    }
  },

  toHaveRequested(this: MatcherState, kafka: KafkaServer, filter: RequestFilter = {}): Matched {
    const found = kafka.requests(filter)
    const seen = [
      ...new Set(kafka.requests().map(({ api, clientId }) => `${api} of ${clientId ?? 'nobody'}`)),
    ]
    return {
      pass: found.length > 0,
      message: () =>
        found.length > 0
          ? `expected no request ${JSON.stringify(filter)}; there were ${found.length}`
          : `expected a request ${JSON.stringify(filter)}; there were ${seen.join(', ') || 'none'}`,
    }
  },
}

async function recordsInTime(
  kafka: KafkaServer,
  topic: string,
  filter: RecordFilter,
): Promise<StoredRecord[]> {
  try {
    return await kafka.waitForRecords(topic, filter)
  } catch (error) {
    if (error instanceof KafkaServerError && error.code === 'TIMEOUT') return []
    throw error
  }
}

function messageOf(error: unknown): string {
  if (error instanceof KafkaServerError && error.code === 'TIMEOUT') return error.message
  throw error
}
