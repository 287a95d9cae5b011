import { ask, type Field, nameField } from '../action.ts'
import { channelCall } from './channel-calls.ts'
import { kinesis } from '../command.ts'
import { h } from '../dom.ts'
import type { Channel, StreamSummary } from './kinesis.ts'
import type { Context } from '../page.ts'
import { consoleRoot, go, pageAddress } from '../route.ts'

/* What can be done to a channel, each an operation of the API. */

const freshnessField = (value: string): Field => ({
  name: 'freshness',
  label: 'Delivers every so many seconds',
  kind: 'number',
  value,
  min: 300,
  max: 900,
  hint: 'From 300 to 900',
})

export function createChannel(context: Context, stream: StreamSummary, after: () => void): void {
  ask(
    context,
    {
      title: `Create a channel of ${stream.StreamName}`,
      verb: 'Create channel',
      fields: [
        nameField,
        {
          name: 'bucket',
          label: 'Bucket',
          kind: 'text',
          value: 'lake',
          required: true,
          pattern: '[a-z0-9._\\-]{3,63}',
          hint: 'It is the directory s3/<bucket> of the data directory',
        },
        {
          name: 'format',
          label: 'What the records are',
          kind: 'select',
          options: [
            ['BYTE_ARRAY', 'bytes, whatever they are (BYTE_ARRAY)'],
            ['JSON', 'JSON: what is none is named apart'],
            ['STRING', 'UTF-8 (STRING): what is none is named apart'],
          ],
        },
        {
          name: 'compression',
          label: 'Compression',
          kind: 'select',
          options: ['NONE', 'GZIP', 'ZSTD'].map((type) => [type, type] as const),
        },
        freshnessField('300'),
      ],
      call: (values) => channelCall(stream, values),
      done: (_, { name = '' }) => {
        go(pageAddress('channels', name))
        return `${name} is being made.`
      },
      failed: 'The channel was not made',
    },
    after,
  )
}

export function changeFreshness(context: Context, channel: Channel, after: () => void): void {
  const { ChannelName: name, ChannelARN, S3DestinationConfiguration: to } = channel
  ask(
    context,
    {
      title: `Freshness of ${name}`,
      verb: 'Change freshness',
      fields: [freshnessField(String(to?.DataFreshnessInSeconds))],
      call: ({ freshness }) =>
        kinesis('UpdateChannel', {
          ChannelARN,
          S3DestinationConfiguration: { DataFreshnessInSeconds: Number(freshness) },
        }),
      done: () => `${name} is being changed.`,
      failed: 'The freshness was not changed',
    },
    after,
  )
}

export function changeLogging(context: Context, channel: Channel, after: () => void): void {
  const { ChannelName: name, ChannelARN, LoggingConfiguration: logging } = channel
  const { Enabled: isOn } = logging.CloudWatchLogs
  ask(
    context,
    {
      title: isOn ? `${name} logs no more` : `Have ${name} log`,
      verb: isOn ? 'Stop logging' : 'Start logging',
      intro: h('p', {}, 'It tells of what could not be delivered, in a log group of CloudWatch Logs.'),
      call: () =>
        kinesis('UpdateChannel', {
          ChannelARN,
          LoggingConfiguration: { CloudWatchLogs: { Enabled: !isOn } },
        }),
      done: () => `${name} is being changed.`,
      failed: 'The logging was not changed',
    },
    after,
  )
}

export function deleteChannel(context: Context, { ChannelName: name, ChannelARN }: Channel): void {
  ask(
    context,
    {
      title: `Delete ${name}`,
      verb: 'Delete channel',
      intro: h('p', {}, 'It delivers nothing any more. What it has delivered stays, and so does the stream.'),
      confirm: name,
      call: () => kinesis('DeleteChannel', { ChannelARN }),
      done: () => {
        go(consoleRoot)
        return `${name} is being deleted.`
      },
      failed: 'The channel was not deleted',
    },
    () => {},
  )
}
