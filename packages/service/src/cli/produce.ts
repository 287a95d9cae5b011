import { createReadStream } from 'node:fs'
import { partitionOfKey, TopicWriter } from '@sluice/client'
import { CodecId } from '@sluice/wire'
import { type Command, Option } from 'commander'
import { codeOf, OperatingError } from '../fleet/operating-error.ts'
import { UsageError } from '../usage-error.ts'
import { type KafkaAccess, withKafka } from './kafka/access.ts'
import { dryRunOption, type KafkaFlags, kafkaVerb } from './kafka/options.ts'
import { pairOf } from './kafka/pairs.ts'
import { Progress } from './kafka/progress.ts'
import { RecordBatches, type WrittenPartition } from './kafka/record-batches.ts'
import type { RecordLine } from './kafka/record-json.ts'
import { formatParser, inputFormatHelp, ndjsonParser, type RecordParser } from './kafka/record-parser.ts'
import { formatOption, type OutputFormat, printAll } from './output.ts'
import { wholeNumber } from './options.ts'

interface ProduceFlags extends KafkaFlags {
  format?: string
  ndjson?: boolean
  file?: string
  wholeFile?: string
  key?: string
  header?: Record<string, string>
  partition?: number
  tombstone?: boolean
  compression: keyof typeof CodecId
  acks: 'all' | '1'
  dryRun?: boolean
  output: OutputFormat
}

const columns = {
  TOPIC: ({ topic }: WrittenPartition) => topic,
  PARTITION: ({ partition }: WrittenPartition) => partition,
  RECORDS: ({ records }: WrittenPartition) => records,
  FIRST: ({ first }: WrittenPartition) => first,
  LAST: ({ last }: WrittenPartition) => last,
}

/** Of what is read at once; what it has in it is written before more is read. */
const readBytes = 512 * 1024

export function produceCommand(): Command {
  const options = [
    new Option('-f, --format <format>', 'how the input is read; see below').conflicts('ndjson'),
    new Option('--ndjson', 'the input has a record in JSON on each line'),
    new Option('--file <path>', 'the input (default: stdin)'),
    new Option('--whole-file <path>', 'a file that is one value').conflicts(['file', 'format', 'ndjson']),
    new Option('-k, --key <text>', 'of records that have none of their own'),
    new Option('-H, --header <key=value>', 'of every record; may come several times').argParser(
      pairOf('--header'),
    ),
    new Option('-p, --partition <n>', 'for all of them (default: as their keys say, or in turn)').argParser(
      wholeNumber('--partition'),
    ),
    new Option('-Z, --tombstone', 'a record that is empty is one without a value'),
    new Option('-z, --compression <codec>').choices(Object.keys(CodecId)).default('none'),
    new Option('--acks <n>', 'of all replicas in sync, or of the leader alone')
      .choices(['all', '1'])
      .default('all'),
    dryRunOption(),
    formatOption(),
  ]
  return kafkaVerb('produce', 'write records into a topic', options)
    .argument('[topic]', 'for records that name none themselves')
    .argument('[values...]', 'the records; without any they are read')
    .addHelpText('after', inputFormatHelp)
    .action((topic: string | undefined, values: string[], flags: ProduceFlags) =>
      produce(topic, values, flags),
    )
}

async function produce(
  topic: string | undefined,
  values: readonly string[],
  flags: ProduceFlags,
): Promise<void> {
  const input = values.length > 0 ? [values.map((value) => recordOf(Buffer.from(value)))] : read(flags)
  const what = `Not all records were written${topic === undefined ? '' : ` into ${topic}`}.`
  const progress = new Progress({ showsData: false })
  const written = await withKafka(flags, what, async (kafka) => {
    const batches = batchesFor(kafka, flags)
    for await (const records of input) {
      await batches.write(records.map((record) => withFlags(record, topic, flags)))
      progress.at(() => `${batches.count.toLocaleString('en')} records`)
    }
    return batches.written()
  }).finally(() => progress.end())
  await printAll(written, columns, flags.output)
}

function batchesFor(kafka: KafkaAccess, { compression, acks, dryRun }: ProduceFlags): RecordBatches {
  const writer = new TopicWriter({ ...kafka, codec: CodecId[compression], acks: acks === 'all' ? -1 : 1 })
  return new RecordBatches(kafka, dryRun ? null : writer, partitionOfKey)
}

async function* read(flags: ProduceFlags): AsyncGenerator<RecordLine[]> {
  if (flags.wholeFile !== undefined) {
    const chunks: Buffer[] = []
    for await (const chunk of bytesOf(flags.wholeFile)) chunks.push(chunk)
    yield [recordOf(Buffer.concat(chunks))]
    return
  }
  const parser: RecordParser = flags.ndjson ? ndjsonParser() : formatParser(flags.format ?? '%v\\n')
  for await (const bytes of bytesOf(flags.file)) yield parser.push(bytes)
  yield parser.end()
}

async function* bytesOf(path: string | undefined): AsyncGenerator<Buffer> {
  const stream = path === undefined ? process.stdin : createReadStream(path, { highWaterMark: readBytes })
  try {
    for await (const chunk of stream) yield chunk as Buffer
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined || path === undefined) throw error
    throw new OperatingError(`${path} cannot be read.`, {
      code,
      why: (error as Error).message,
      next: 'Give --file the path of a file that this user may read.',
    })
  }
}

function recordOf(value: Buffer): RecordLine {
  return { key: null, value, headers: [] }
}

function withFlags(record: RecordLine, topic: string | undefined, flags: ProduceFlags) {
  const into = record.topic ?? topic
  if (into === undefined) throw new UsageError('Name the topic, on the command line or in each record.')
  const { key, header = {}, tombstone } = flags
  const partition = flags.partition ?? record.partition
  const more = Object.entries(header).map(([name, value]) => ({ key: name, value: Buffer.from(value) }))
  return {
    ...record,
    topic: into,
    key: record.key ?? (key === undefined ? null : Buffer.from(key)),
    value: tombstone && record.value?.length === 0 ? null : record.value,
    headers: [...record.headers, ...more],
    ...(partition !== undefined && { partition }),
  }
}
