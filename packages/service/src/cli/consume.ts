import { IsolationLevel, type OffsetRange, readTopics, type TopicRecord } from '@sluice/client'
import { type Command, Option } from 'commander'
import { type KafkaAccess, withKafka } from './kafka/access.ts'
import { offsetHelp, type OffsetSpec, parseOffsets, resolveOffsets } from './kafka/offset-range.ts'
import { type KafkaFlags, kafkaVerb } from './kafka/options.ts'
import { partitionsOf } from './kafka/pairs.ts'
import { Progress } from './kafka/progress.ts'
import { formatHelp } from './kafka/record-format.ts'
import { type RecordOutput, recordOutput } from './kafka/record-output.ts'
import { chosenPartitions, topicsNamed } from './kafka/topics.ts'
import { formatOption, type OutputFormat } from './output.ts'
import { wholeNumber } from './options.ts'

export interface ConsumeFlags extends KafkaFlags {
  offset: OffsetSpec
  partition?: number[]
  num?: number
  format?: string
  follow?: boolean
  readUncommitted?: boolean
  output: OutputFormat
}

export function consumeOptions(offsetDefault: string): Option[] {
  const parse = parseOffsets('--offset', Date.now())
  return [
    new Option('--offset <spec>', 'from where, and to where; see below')
      .argParser(parse)
      .default(parse(offsetDefault), offsetDefault),
    new Option('-p, --partition <n,...>', 'only these').argParser(partitionsOf('--partition')),
    new Option('-n, --num <n>', 'so many records at most').argParser(wholeNumber('--num')),
    new Option('-f, --format <format>', 'how a record is written; see below'),
    new Option('--read-uncommitted', 'also what open and aborted transactions have written'),
    formatOption(),
  ]
}

/** What is there. */
export function consumeCommand(): Command {
  const follow = new Option('--follow', 'go on with what comes, until Ctrl-C')
  return kafkaVerb('consume', 'show the records of topics', [...consumeOptions('start'), follow])
    .argument('<topics...>')
    .addHelpText('after', offsetHelp + formatHelp)
    .action((topics: string[], flags: ConsumeFlags) => consume(topics, flags))
}

export async function consume(topics: readonly string[], flags: ConsumeFlags): Promise<void> {
  const output = await recordOutput(flags.output, flags.format)
  const stop = new AbortController()
  const stopped = () => stop.abort()
  process.on('SIGINT', stopped).on('SIGTERM', stopped)
  // Whoever reads has seen enough.
  process.stdout.on('error', stopped)
  const what = `The records of ${topics.join(', ')} cannot be read.`
  await withKafka(flags, what, async (kafka) => {
    const isolationLevel = flags.readUncommitted
      ? IsolationLevel.readUncommitted
      : IsolationLevel.readCommitted
    const ranges = await rangesOf(kafka, topics, flags, isolationLevel)
    await show(readTopics({ ...kafka, ranges, isolationLevel, signal: stop.signal }), output, {
      num: flags.num ?? Infinity,
      total: ranges.reduce((sum, { start, end }) => sum + Math.max(0, (end ?? Infinity) - start), 0),
      signal: stop.signal,
    })
  })
}

/** Where nobody says to where, it is to what is the end now, or on and on. */
async function rangesOf(
  kafka: KafkaAccess,
  names: readonly string[],
  { offset, partition: asked, follow }: ConsumeFlags,
  isolationLevel: 0 | 1,
): Promise<OffsetRange[]> {
  const topics = await topicsNamed(kafka, names)
  const places = topics.flatMap((one) =>
    chosenPartitions(one, asked).map((partition) => ({ topic: one.name ?? '', partition })),
  )
  return Promise.all(
    places.map(async (place) => {
      const { start, end, endNow } = await resolveOffsets(kafka, place, offset, isolationLevel)
      return { ...place, start, end: end ?? (follow ? null : endNow) }
    }),
  )
}

async function show(
  rounds: AsyncIterable<TopicRecord[]>,
  output: RecordOutput,
  { num, total, signal }: { num: number; total: number; signal: AbortSignal },
): Promise<void> {
  const progress = new Progress({ showsData: true })
  let count = 0
  process.stdout.write(output.head)
  if (num > 0)
    for await (const records of rounds) {
      const parts: (string | Buffer)[] = []
      for (const record of records.slice(0, num - count)) parts.push(output.write(record, ++count))
      await written(parts, signal)
      progress.at(
        () =>
          `${count.toLocaleString('en')}${total < Infinity ? ` of ${total.toLocaleString('en')}` : ''} records`,
      )
      if (count >= num || signal.aborted) break
    }
  progress.end()
  process.stdout.write(output.tail)
}

/** Waits while whoever reads is behind. */
async function written(parts: readonly (string | Buffer)[], signal: AbortSignal): Promise<void> {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  if (process.stdout.write(bytes) || signal.aborted) return
  await new Promise<void>((resolve) => {
    process.stdout.once('drain', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
