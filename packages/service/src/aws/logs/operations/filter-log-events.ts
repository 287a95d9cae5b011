import type {
  FilteredLogEvent,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import { filterPattern } from '../../../fleet/logs/filter-pattern.ts'
import type { StoredEvent } from '../../../fleet/logs/log-event.ts'
import type { LogGroupRecord } from '../../../fleet/logs/log-group-record.ts'
import type { LogStream } from '../../../fleet/logs/log-stream.ts'
import { invalidParameter } from '../exceptions.ts'
import { groupOf, streamOf } from '../operation.ts'
import type { Services } from '../services.ts'

const eventsMax = 10_000
const pageBytesMax = 1_048_576
/** How many events are looked at for one page; a page may then be short, or empty, with a token. */
const lookedAtMax = 50_000

/** How far each stream has been read, by its name. */
type Position = Record<string, number>

/**
 * The events of a group's streams that fit, merged by their times, the oldest first. A token says how far each stream has
 * been read.
 *
 * Refuses, in this order: both ways to name streams; a pattern that is not served; the token; a group, then
 * a stream, that there is not.
 */
export const filterLogEvents =
  (services: Pick<Services, 'logGroups'>) =>
  (input: FilterLogEventsRequest): FilterLogEventsResponse => {
    if (input.logStreamNames && input.logStreamNamePrefix !== undefined)
      throw invalidParameter('Cannot specify both logStreamNames and logStreamNamePrefix.')
    const passes = filterPattern(input.filterPattern ?? '')
    if (!passes) throw invalidParameter('Filter patterns that look into JSON or columns are not served.')
    const position = input.nextToken === undefined ? {} : parsed(input.nextToken)
    const group = groupOf(services, input)
    const streams = streamsOf(services, group, input)
    const oldestMs = Math.max(input.startTime ?? 0, services.logGroups.expiredBeforeMs(group))
    const youngestMs = input.endTime ?? Infinity
    const fits = ({ timestampMs, message }: StoredEvent) =>
      timestampMs >= oldestMs && timestampMs <= youngestMs && passes(message)
    const { events, isWhole } = merged(streams, position, { fits, max: input.limit ?? eventsMax })
    return {
      events,
      searchedLogStreams: [],
      ...(!isWhole && { nextToken: Buffer.from(JSON.stringify(position)).toString('base64url') }),
    }
  }

function streamsOf(
  services: Pick<Services, 'logGroups'>,
  group: LogGroupRecord,
  { logStreamNames: names, logStreamNamePrefix: prefix = '' }: FilterLogEventsRequest,
): LogStream[] {
  if (names) return [...new Set(names)].map((name) => streamOf(services, group, name))
  return services.logGroups.streams(group).filter(({ name }) => name.startsWith(prefix))
}

/** Moves the position behind what it has looked at. */
function merged(
  streams: readonly LogStream[],
  position: Position,
  { fits, max }: { fits: (event: StoredEvent) => boolean; max: number },
): { events: FilteredLogEvent[]; isWhole: boolean } {
  const heads = streams.map((stream) => {
    const rest = stream.from(position[stream.name] ?? 0)
    return { stream, rest, event: next(rest) }
  })
  const events: FilteredLogEvent[] = []
  let bytes = 0
  for (let looked = 0; ; looked++) {
    const [head] = heads
      .filter(({ event }) => event !== null)
      .sort((a, b) => (a.event?.timestampMs ?? 0) - (b.event?.timestampMs ?? 0))
    if (!head?.event) return { events, isWhole: true }
    if (events.length >= max || bytes >= pageBytesMax || looked >= lookedAtMax)
      return { events, isWhole: false }
    const { stream, event, rest } = head
    if (fits(event)) {
      events.push(shown(stream, event))
      bytes += Buffer.byteLength(event.message)
    }
    position[stream.name] = event.sequence + 1
    head.event = next(rest)
  }
}

function next(rest: Generator<StoredEvent>): StoredEvent | null {
  const { value, done } = rest.next()
  return done ? null : value
}

function shown({ name, createdAtMs }: LogStream, event: StoredEvent): FilteredLogEvent {
  return {
    logStreamName: name,
    timestamp: event.timestampMs,
    message: event.message,
    ingestionTime: event.ingestedAtMs,
    eventId: `${createdAtMs}${String(event.sequence).padStart(43, '0')}`,
  }
}

function parsed(token: string): Position {
  try {
    const position: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    const isOurs =
      typeof position === 'object' && position !== null && Object.values(position).every(Number.isSafeInteger)
    if (isOurs) return { ...position } as Position
  } catch {
    // Said below.
  }
  throw invalidParameter('The specified nextToken is invalid.')
}
