import type { Services as KinesisServices } from './aws/kinesis/services.ts'
import { kinesisService } from './aws/kinesis/service.ts'
import type { Services } from './aws/msk/services.ts'
import { mskService } from './aws/msk/service.ts'
import type { AwsService } from './aws/service.ts'
import { isOwned } from './fleet/clusters/static-properties.ts'

/** What is served and what is not, for the README's tables: taken from the code, so that neither can lie. */

/** Every operation of the MSK API, in the order of AWS's model. */
export function mskOperations(): { name: string; served: boolean }[] {
  return operationsOf(mskService({} as Services))
}

/** And of the Kinesis API. */
export function kinesisOperations(): { name: string; served: boolean }[] {
  return operationsOf(kinesisService({} as KinesisServices))
}

/** Asked is only which operations there are: none is called. */
function operationsOf({ schema, handlers }: AwsService): { name: string; served: boolean }[] {
  return schema.operations.map(({ name }) => ({ name, served: handlers.has(name) }))
}

/** May the owner of a cluster set this static broker property, as far as the service has a say? */
export function isSettable(property: string): boolean {
  return !isOwned(property)
}
