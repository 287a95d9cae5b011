import type { GetLogEventsRequest, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { StoredEvent } from '../../../fleet/logs/log-event.ts'
import type { LogStream } from '../../../fleet/logs/log-stream.ts'
import { invalidParameter } from '../exceptions.ts'
import { groupOf, streamOf } from '../operation.ts'
import type { Services } from '../services.ts'

const eventsMax = 10_000
const pageBytesMax = 1_048_576
/** What AWS counts of an event beside its message. */
const eventBytes = 26
/** How many events that do not fit are passed over for one page. */
const passedMax = 50_000

/**
 * A page of a stream, the oldest event first: without a token the last one, or with `startFromHead` the first one. A token
 * names the event behind which the next page begins, or before which the former one ends: it comes again where there
 * is none.
 */
export const getLogEvents =
  (services: Pick<Services, 'logGroups'>) =>
  (input: GetLogEventsRequest): GetLogEventsResponse => {
    const token = input.nextToken === undefined ? null : parsed(input.nextToken)
    const group = groupOf(services, input)
    const stream = streamOf(services, group, input.logStreamName)
    const isForward = token ? token.isForward : input.startFromHead === true
    const from = token?.sequence ?? (isForward ? stream.firstSequence - 1 : stream.nextSequence)
    const oldestMs = Math.max(input.startTime ?? 0, services.logGroups.expiredBeforeMs(group))
    const fits = ({ timestampMs }: StoredEvent) =>
      timestampMs >= oldestMs && timestampMs < (input.endTime ?? Infinity)
    const page = pageOf(stream, { isForward, from, fits, eventsMax: input.limit ?? eventsMax })
    const { events, first, last } = page
    return {
      events: events.map(({ timestampMs, message, ingestedAtMs }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: ingestedAtMs,
      })),
      nextForwardToken: tokenOf('f', last),
      nextBackwardToken: tokenOf('b', first),
    }
  }

interface Wanted {
  isForward: boolean
  /** The sequence number next to which it begins. */
  from: number
  fits: (event: StoredEvent) => boolean
  eventsMax: number
}

/** With the sequence numbers that the next and the former page stand next to. */
function pageOf(stream: LogStream, { isForward, from, fits, eventsMax: max }: Wanted) {
  const events: StoredEvent[] = []
  let reached = from
  let bytes = 0
  let passed = 0
  for (const event of isForward ? stream.from(from + 1) : stream.before(from)) {
    const size = Buffer.byteLength(event.message) + eventBytes
    if (events.length >= max || passed >= passedMax || (bytes + size > pageBytesMax && events.length > 0))
      break
    reached = event.sequence
    if (!fits(event)) passed++
    else {
      bytes += size
      events.push(event)
    }
  }
  if (isForward) return { events, first: events[0]?.sequence ?? from + 1, last: reached }
  events.reverse()
  return { events, first: reached, last: events.at(-1)?.sequence ?? from - 1 }
}

function tokenOf(direction: 'f' | 'b', sequence: number): string {
  // Before the first event there is −1.
  return `${direction}/${String(sequence + 1).padStart(56, '0')}/s`
}

function parsed(token: string): { isForward: boolean; sequence: number } {
  const [, direction, digits] = /^([fb])\/0{40}(\d{16})\/s$/.exec(token) ?? []
  if (direction === undefined) throw invalidParameter('The specified nextToken is invalid.')
  return { isForward: direction === 'f', sequence: Number(digits) - 1 }
}
