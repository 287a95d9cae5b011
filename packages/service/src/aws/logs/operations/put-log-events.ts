import type { PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import { invalidParameter, stored } from '../exceptions.ts'
import { groupOf, streamOf } from '../operation.ts'
import type { Services } from '../services.ts'

const eventsMax = 10_000
const bytesMax = 1_048_576
const eventBytes = 26
/** How old and how far ahead an event may be (API reference of PutLogEvents). */
const oldestMs = 14 * 86_400_000
const aheadMs = 2 * 3_600_000

/**
 * Adds what is neither too old nor too new, and says where in the batch the rest is. Sequence tokens are not looked at, as
 * on AWS since 2023.
 *
 * Refuses, in this order: the size of the batch; events that are not in order of time; a group, then a stream, that there is
 * not.
 */
export const putLogEvents =
  (services: Services) =>
  (input: PutLogEventsRequest): PutLogEventsResponse => {
    const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({
      timestampMs: timestamp,
      message,
    }))
    check(events)
    const { logGroups, clock } = services
    const group = groupOf(services, { logGroupName: input.logGroupName })
    const stream = streamOf(services, group, input.logStreamName)
    const nowMs = clock.now()
    const expired = events.filter(({ timestampMs }) => timestampMs < logGroups.expiredBeforeMs(group)).length
    const tooOld = events.filter(({ timestampMs }) => timestampMs < nowMs - oldestMs).length
    const taken = events.filter(({ timestampMs }) => timestampMs <= nowMs + aheadMs).length
    stored(() => logGroups.append(group, stream, events.slice(Math.max(tooOld, expired), taken)))
    const rejected = {
      ...(taken < events.length && { tooNewLogEventStartIndex: taken }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    }
    return {
      nextSequenceToken: String(stream.nextSequence).padStart(56, '0'),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    }
  }

function check(events: readonly { timestampMs: number; message: string }[]): void {
  if (events.length === 0 || events.length > eventsMax)
    throw invalidParameter(`A batch has 1 to ${eventsMax} log events.`)
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventBytes, 0)
  if (bytes > bytesMax)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${bytesMax}`)
  if (events.some(({ timestampMs }, at) => timestampMs < (events[at - 1]?.timestampMs ?? 0)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.')
}
