import { actionButton, setting } from '../action.ts'
import { changeFreshness, changeLogging, deleteChannel } from './channel-actions.ts'
import { deliveredText } from './channel-list.ts'
import { kinesis } from '../command.ts'
import { type Child, type Fact, facts, h, Region, state } from '../dom.ts'
import { Failure } from '../failure.ts'
import { timeText } from '../formats.ts'
import { type Channel, type ChannelSummary, streamOf } from './kinesis.ts'
import { live } from '../live.ts'
import { channelFigures } from './metrics.ts'
import type { Context, Page, Tab, TabContext } from '../page.ts'
import { streamAddress } from '../route.ts'
import { TagList } from '../tags.ts'
import { thingPage } from '../thing-page.ts'

const figuresEveryMs = 10_000

export function channelPage(context: Context, name: string, query: URLSearchParams): Page {
  const { api } = context
  let found: ChannelSummary | undefined
  const find = async () => {
    const all = await api.all<ChannelSummary>(kinesis('ListChannels', {}), 'ChannelSummaries')
    const one = all.find(({ ChannelName }) => ChannelName === name)
    if (!one) throw new Failure('ResourceNotFoundException', `There is no channel ${name}.`)
    return one
  }
  const delivered = new Region()
  const measure = async () => {
    if (!found) return
    const figures = (await channelFigures(api, [found]).catch(() => null))?.get(found.ChannelARN)
    const text = figures ? deliveredText(figures) : '…'
    delivered.show(text, () => facts([['Delivered within the hour', text]]))
  }
  const endFigures = live(figuresEveryMs, measure)
  const page = thingPage<Channel>(context, {
    ...{ kind: 'channels', noun: 'the channel', name, query },
    tabs: { settings: { title: 'Settings', open: settingsTab } },
    async describe() {
      const isFirst = !found
      found ??= await find()
      const call = kinesis('DescribeChannel', { ChannelARN: found.ChannelARN })
      const { ChannelDescription: channel } = await api.call<{ ChannelDescription: Channel }>(call)
      if (isFirst) void measure()
      return channel
    },
    told: ({ ChannelStatus: at, ChannelStatusReason: why }) => [at, why],
    headline: (channel) => headline(context, channel),
    below: delivered.element,
  })
  return {
    ...page,
    end: () => {
      endFigures()
      page.end()
    },
  }
}

function headline(context: Context, channel: Channel): Child {
  const stream = streamOf(channel.StreamConfigurationList[0]?.StreamARN ?? '')
  return [
    state(channel.ChannelStatus),
    channel.ChannelStatusReason ?? null,
    h('span', {}, 'Channel of ', h('a', { href: streamAddress(stream, { tab: 'channels' }) }, stream)),
    h('code', { class: 'quiet' }, channel.ChannelARN),
    h('span', { class: 'gap' }),
    actionButton('Delete channel', 'delete', () => deleteChannel(context, channel)),
  ]
}

function settingsTab(context: TabContext): Tab<Channel> {
  const settings = new Region()
  const tags = new TagList(context)
  const update = (channel: Channel) => {
    settings.show(channel, () => settingsOf(context, channel))
    return tags.update(channel.ChannelARN)
  }
  return { element: h('div', {}, settings.element, tags.element), update, end: () => {} }
}

function settingsOf(context: TabContext, channel: Channel): Child {
  const { S3DestinationConfiguration: s3, LoggingConfiguration: logging } = channel
  const { Enabled: isLogging, LogGroupName: group, LogStreamName: stream } = logging.CloudWatchLogs
  const { RecordConfiguration: format } = channel.StreamConfigurationList[0] ?? {}
  const made: Fact = ['Made', timeText(channel.ChannelCreationTimestamp)]
  const role: Fact = ['Role', h('code', {}, channel.ServiceExecutionRoleARN)]
  if (!s3) return facts([made, ['To', 'streaming tables, which are not served here'], role])
  const { StorageConfiguration: storage, DeadLetterQueueS3Configuration: dead } = s3
  const directory = (arn: string) => h('code', {}, `s3/${arn.slice(arn.lastIndexOf(':') + 1)}`)
  return [
    facts([
      made,
      ['Delivers into', [directory(storage.BucketARN), ' of the data directory']],
      setting('Freshness', `${s3.DataFreshnessInSeconds} s`, 'Change', () =>
        changeFreshness(context, channel, context.refresh),
      ),
      ['Format', format?.RecordFormatType ?? 'BYTE_ARRAY'],
      ['Compression', storage.CompressionType],
      setting(
        'Log',
        isLogging ? h('code', {}, `${group} ${stream}`) : 'none',
        isLogging ? 'Stop' : 'Start',
        () => changeLogging(context, channel, context.refresh),
      ),
      role,
    ]),
    facts([['Names of its objects', h('code', {}, storage.OutputKeyTemplate)]]),
    facts([
      [
        'What could not be delivered is named in',
        [directory(dead.BucketARN), ', below ', h('code', {}, dead.ErrorOutputPrefix)],
      ],
    ]),
  ]
}
