import { type Command, Option } from 'commander'
import { withKafka } from './kafka/access.ts'
import { type KafkaFlags, kafkaVerb } from './kafka/options.ts'
import { topicsNamed } from './kafka/topics.ts'
import { exportTopics } from './transfer/export-topics.ts'

export function exportCommand(): Command {
  const out = new Option('--out <file>', 'default: stdout; gzipped where it ends in .gz')
  return kafkaVerb('export', 'write topics with all their records, offsets and timestamps, as NDJSON', [out])
    .argument('<topics...>')
    .action(async (names: string[], flags: KafkaFlags & { out?: string }) => {
      const what = `Not all of ${names.join(', ')} was exported.`
      const { records } = await withKafka(flags, what, async (kafka) =>
        exportTopics(kafka, await topicsNamed(kafka, names), [], flags.out),
      )
      if (flags.out !== undefined)
        process.stderr.write(`Wrote ${records.toLocaleString('en')} records into ${flags.out}.\n`)
    })
}
