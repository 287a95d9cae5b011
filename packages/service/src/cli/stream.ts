import { Command, Option } from 'commander'
import { UsageError } from '../usage-error.ts'
import { type ShardInfo, kinesisOf, type StreamSummary } from './kinesis-api.ts'
import { dataDirOption, wholeNumber } from './options.ts'
import { formatOption, type OutputFormat, printAll, printOne } from './output.ts'
import { tailStream } from './stream-tail.ts'

/* Streams of Kinesis, by the API that every AWS tool asks. */

interface Flags {
  dataDir: string
  output: OutputFormat
}

const streamColumns = {
  NAME: ({ StreamName: name }: StreamSummary) => name,
  STATE: ({ StreamStatus: state }: StreamSummary) => state,
  MODE: ({ StreamModeDetails: mode }: StreamSummary) => mode?.StreamMode,
  SHARDS: ({ OpenShardCount: count }: StreamSummary) => count,
  HOURS: ({ RetentionPeriodHours: hours }: StreamSummary) => hours,
  ARN: ({ StreamARN: arn }: StreamSummary) => arn,
}

const shardColumns = {
  SHARD: ({ ShardId: id }: ShardInfo) => id,
  STATE: ({ SequenceNumberRange: range }: ShardInfo) => (range.EndingSequenceNumber ? 'closed' : 'open'),
  PARENT: ({ ParentShardId: parent }: ShardInfo) => parent,
  'FIRST HASH KEY': ({ HashKeyRange: range }: ShardInfo) => range.StartingHashKey,
  'LAST HASH KEY': ({ HashKeyRange: range }: ShardInfo) => range.EndingHashKey,
}

export function streamCommand(): Command {
  const command = new Command('stream').description('streams of Kinesis in a running service')
  for (const each of [
    listVerb(),
    describeVerb(),
    createVerb(),
    scaleVerb(),
    putVerb(),
    tailVerb(),
    deleteVerb(),
  ])
    command.addCommand(each)
  return command
}

function verb(name: string, description: string): Command {
  return new Command(name).description(description).addOption(formatOption()).addOption(dataDirOption())
}

function named(name: string, description: string): Command {
  return verb(name, description).argument('<name>', 'the stream')
}

function shardsOption(): Option {
  return new Option('--shards <n>', 'how many').argParser(wholeNumber('--shards'))
}

function listVerb(): Command {
  return verb('list', 'list the streams').action(async ({ dataDir, output }: Flags) => {
    await printAll(await (await kinesisOf(dataDir)).streams(), streamColumns, output)
  })
}

function describeVerb(): Command {
  return named('describe', 'show the shards of a stream').action(
    async (name: string, { dataDir, output }: Flags) => {
      await printAll(await (await kinesisOf(dataDir)).shards(name), shardColumns, output)
    },
  )
}

function createVerb(): Command {
  return named('create', 'make a stream, on demand if nobody says how many shards')
    .addOption(shardsOption())
    .action(async (name: string, { dataDir, output, shards }: Flags & { shards?: number }) => {
      const api = await kinesisOf(dataDir)
      const mode =
        shards === undefined ? { StreamModeDetails: { StreamMode: 'ON_DEMAND' } } : { ShardCount: shards }
      await api.call('CreateStream', { StreamName: name, ...mode })
      await printOne(await api.stream(name), streamColumns, output)
    })
}

function scaleVerb(): Command {
  return named('scale', 'split and merge shards until there are so many')
    .addOption(shardsOption().makeOptionMandatory())
    .action(async (name: string, { dataDir, output, shards }: Flags & { shards: number }) => {
      const api = await kinesisOf(dataDir)
      const target = { TargetShardCount: shards, ScalingType: 'UNIFORM_SCALING' }
      await api.call('UpdateShardCount', { StreamName: name, ...target })
      await printOne(await api.stream(name), streamColumns, output)
    })
}

function putVerb(): Command {
  return named('put', 'put records, each a text')
    .argument('<data...>', 'key:text, or a text alone that is its own key')
    .action(async (name: string, data: string[], { dataDir, output }: Flags) => {
      const api = await kinesisOf(dataDir)
      const records = data.map(recordIn)
      const put: Put[] = []
      for (const record of records)
        put.push(await api.call<Put>('PutRecord', { StreamName: name, ...record }))
      const columns = {
        SHARD: ({ ShardId: shard }: Put) => shard,
        'SEQUENCE NUMBER': ({ SequenceNumber: number }: Put) => number,
      }
      await printAll(put, columns, output)
    })
}

interface Put {
  ShardId: string
  SequenceNumber: string
}

function recordIn(text: string): { PartitionKey: string; Data: string } {
  const at = text.indexOf(':')
  const [key, data] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text, text]
  if (key === '') throw new UsageError('A record needs a key: key:text.')
  return { PartitionKey: key, Data: Buffer.from(data).toString('base64') }
}

function tailVerb(): Command {
  return new Command('tail')
    .description('show the records of a stream as they come, until Ctrl-C')
    .argument('<name>', 'the stream')
    .option('--from-start', 'what is there already, too')
    .option('--once', 'what is there now, and no more')
    .addOption(formatOption())
    .addOption(dataDirOption())
    .action(async (name: string, flags: Flags & { fromStart?: boolean; once?: boolean }) => {
      const { dataDir, output, once = false, fromStart = once } = flags
      await tailStream(await kinesisOf(dataDir), name, { fromStart, once, output })
    })
}

function deleteVerb(): Command {
  return named('delete', 'delete a stream with all that is in it').action(
    async (name: string, { dataDir, output }: Flags) => {
      const api = await kinesisOf(dataDir)
      const stream = await api.stream(name)
      await api.call('DeleteStream', { StreamName: name, EnforceConsumerDeletion: true })
      await printOne({ ...stream, StreamStatus: 'DELETING' }, streamColumns, output)
    },
  )
}
