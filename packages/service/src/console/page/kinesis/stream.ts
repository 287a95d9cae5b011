import { actionButton } from '../action.ts'
import { channelList } from './channel-list.ts'
import { consumersTab } from './consumers-tab.ts'
import { type Child, h, state } from '../dom.ts'
import type { StreamSummary } from './kinesis.ts'
import { listTab } from '../list-tab.ts'
import type { Context, Page } from '../page.ts'
import { queueList } from './queue-list.ts'
import { recordsTab } from './records-tab.ts'
import { settingsTab } from './settings-tab.ts'
import { shardsTab } from './shards-tab.ts'
import { deleteStream, putRecord } from './stream-actions.ts'
import { thingPage } from '../thing-page.ts'

const tabs = {
  shards: { title: 'Shards', open: shardsTab },
  records: { title: 'Records', open: recordsTab },
  consumers: { title: 'Consumers', open: consumersTab },
  queues: { title: 'Queues', open: listTab(queueList) },
  channels: { title: 'Channels', open: listTab(channelList) },
  settings: { title: 'Settings', open: settingsTab },
} as const

export function streamPage(context: Context, name: string, query: URLSearchParams): Page {
  return thingPage<StreamSummary>(context, {
    ...{ kind: 'streams', noun: 'the stream', name, query, tabs },
    async describe() {
      const call = {
        service: 'kinesis',
        operation: 'DescribeStreamSummary',
        input: { StreamName: name },
      } as const
      const { StreamDescriptionSummary: stream } = await context.api.call<{
        StreamDescriptionSummary: StreamSummary
      }>(call)
      return stream
    },
    told: ({ StreamStatus: at, StreamARN: arn }) => [at, arn],
    headline: (stream) => headline(context, stream),
  })
}

function headline(context: Context, stream: StreamSummary): Child {
  const { StreamName: name } = stream
  return [
    state(stream.StreamStatus),
    h('code', { class: 'quiet' }, stream.StreamARN),
    h('span', { class: 'gap' }),
    actionButton('Put record', 'put', () => putRecord(context, name, () => {}), { class: 'primary' }),
    actionButton('Delete stream', 'delete', () => deleteStream(context, name)),
  ]
}
