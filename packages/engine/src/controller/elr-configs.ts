import { ClearElrRecord, ConfigRecord, ConfigResourceType, ErrorCode, type ValueOf } from '@sluice/wire'
import type { ConfigResource } from '../metadata/configs-image.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { Refusal } from './decision.ts'

const minIsr = 'min.insync.replicas'

/** Who was eligible by another min.insync.replicas may lack what has been committed since (KIP-966). */
export function clearElrRecords(written: readonly NewRecord[], image: MetadataImage): NewRecord[] {
  if (!image.keepsElr) return []
  return written
    .filter(({ record }) => record === ConfigRecord)
    .map(({ value }) => value as ValueOf<typeof ConfigRecord>)
    .filter(({ name }) => name === minIsr)
    .map(({ resourceType, resourceName }) =>
      newRecord(ClearElrRecord, {
        topicName: resourceType === ConfigResourceType.topic ? resourceName : '',
      }),
    )
}

/** The controller decides by one value for all brokers: none may have its own, and there must be one. */
export function minIsrProblem(
  { type, name }: ConfigResource,
  changes: ReadonlyMap<string, string | null>,
  image: MetadataImage,
): Refusal | null {
  const value = changes.get(minIsr)
  if (value === undefined || type !== ConfigResourceType.broker || !image.keepsElr) return null
  const refuse = (what: string) => new Refusal(ErrorCode.INVALID_CONFIG, `${what} while ELR is enabled.`)
  if (name !== '') return refuse(`Broker-level ${minIsr} cannot be altered`)
  return value === null ? refuse(`Cluster-level ${minIsr} cannot be removed`) : null
}
