import type { Services } from './aws/msk/services.ts'
import { mskService } from './aws/msk/service.ts'
import { isOwned } from './fleet/clusters/static-properties.ts'

/** What is served and what is not, for the README's tables: taken from the code, so that neither can lie. */

/** Every operation of the MSK API, in the order of AWS's model. */
export function mskOperations(): { name: string; served: boolean }[] {
  // Asked is only which operations there are: none is called.
  const { schema, handlers } = mskService({} as Services)
  return schema.operations.map(({ name }) => ({ name, served: handlers.has(name) }))
}

/** May the owner of a cluster set this static broker property, as far as the service has a say? */
export function isSettable(property: string): boolean {
  return !isOwned(property)
}
