import type { Configuration, ConfigurationRevision } from '@aws-sdk/client-kafka'
import type {
  ConfigurationRecord,
  ConfigurationRevisionRecord,
} from '../../fleet/configurations/configurations.ts'

/** As it is described and listed; without a description it has an empty one, which the SDKs' types require. */
export function configurationShape(record: ConfigurationRecord): Configuration {
  return {
    Arn: record.arn,
    CreationTime: new Date(record.createdAtMs),
    Description: record.description ?? '',
    KafkaVersions: record.kafkaVersions,
    LatestRevision: latestRevision(record),
    Name: record.name,
    State: 'ACTIVE',
  }
}

export function latestRevision({ revisions }: ConfigurationRecord): ConfigurationRevision {
  const latest = revisions.at(-1)
  return latest ? revisionShape(latest, revisions.length) : { CreationTime: undefined, Revision: undefined }
}

export function revisionShape(
  { createdAtMs, description }: ConfigurationRevisionRecord,
  revision: number,
): ConfigurationRevision {
  return {
    CreationTime: new Date(createdAtMs),
    Revision: revision,
    Description: description ?? undefined,
  }
}
