import { createChannel } from './channel-actions.ts'
import { channelCall } from './channel-calls.ts'
import { h, state } from '../dom.ts'
import { bytesText } from '../formats.ts'
import type { ChannelSummary } from './kinesis.ts'
import { type List, streamLink } from '../list-tab.ts'
import { channelFigures, type Delivered } from './metrics.ts'

export const channelList: List<ChannelSummary, Delivered> = {
  title: 'Channels',
  operation: 'ListChannels',
  member: 'ChannelSummaries',
  columns: ['State', 'Stream', 'To', 'Delivered within the hour'],
  row({ ChannelStatus: at, ChannelStatusReason: why, ChannelDestinationType: to, Streams: [stream] }, done) {
    return [
      [state(at), why ? h('div', { class: 'quiet' }, why) : null],
      streamLink(stream?.StreamARN),
      to === 'S3' ? 'a bucket' : 'streaming tables',
      done ? deliveredText(done) : '…',
    ]
  },
  nameOf: ({ ChannelName: name }) => name,
  arnOf: ({ ChannelARN: arn }) => arn,
  figures: channelFigures,
  create: createChannel,
  about:
    'A channel puts what comes to the stream into a bucket, which is a directory here, every five to fifteen minutes.',
  example: (stream) => channelCall(stream, { name: 'lake' }),
}

export function deliveredText({ deliveries, records, failed, bytes }: Delivered): string {
  if (deliveries === 0) return 'nothing yet'
  const bad = failed > 0 ? `, ${failed.toLocaleString('en-US')} of them not of its format` : ''
  return `${records.toLocaleString('en-US')} records${bad} · ${bytesText(bytes)}`
}
