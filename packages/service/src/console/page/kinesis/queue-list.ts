import { state } from '../dom.ts'
import type { QueueSummary } from './kinesis.ts'
import { type List, streamLink } from '../list-tab.ts'
import { type Figures, queueFigures } from './metrics.ts'
import { createQueue } from './queue-actions.ts'
import { queueCall } from './queue-calls.ts'

export const queueList: List<QueueSummary, Figures> = {
  title: 'Queues',
  operation: 'ListQueues',
  member: 'QueueSummaries',
  columns: ['State', 'Stream', 'To be received', 'In flight', 'Dead letters'],
  row({ QueueStatus: at, Streams: [stream] }, { visible, inFlight, dead } = {}) {
    const counts = [visible, inFlight, dead].map((count) => count?.toLocaleString('en-US') ?? '…')
    return [state(at), streamLink(stream?.StreamARN), ...counts]
  },
  nameOf: ({ QueueName: name }) => name,
  arnOf: ({ QueueARN: arn }) => arn,
  figures: queueFigures,
  create: createQueue,
  about:
    'A queue delivers each record to one receiver at a time, again and again until it is acknowledged; what is received too often becomes a dead letter.',
  example: (stream) => queueCall(stream, { name: 'work' }),
}
