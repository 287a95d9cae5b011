import * as kinesis from '../schemas/kinesis.generated.ts'
import * as queues from '../schemas/kinesis-queues.generated.ts'

/** All of Kinesis' model: what the SDK knows, and queues, which it does not know yet. */
export const kinesisSchema = {
  operations: sorted(kinesis.operations + queues.operations),
  structures: kinesis.structures + queues.structures,
}

function sorted(lines: string): string {
  return lines.split('\n').sort().join('\n')
}
