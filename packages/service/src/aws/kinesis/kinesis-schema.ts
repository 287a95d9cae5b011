import * as kinesis from '../schemas/kinesis.generated.ts'
import * as queues from '../schemas/kinesis-queues.generated.ts'

/** All of Kinesis' model: what the SDK knows, and queues, which it does not know yet. */
export const kinesisSchema = {
  operations: sorted(kinesis.operations + queues.operations),
  structures: withQueueCount(kinesis.structures) + queues.structures,
}

/** A stream on demand tells how many queues it has. */
function withQueueCount(lines: string): string {
  return lines.replace(/^StreamDescriptionSummary .*$/m, '$& QueueCount=:number')
}

function sorted(lines: string): string {
  return lines.split('\n').sort().join('\n')
}
