import { join } from 'node:path'
import type { Disk } from '@sluice/effects'
import type { ClusterRecord } from '../clusters/cluster-record.ts'
import type { Place } from '../place.ts'
import { type RollingLog, rollingLog } from '../processes/rolling-log.ts'
import type { LogEvent } from './log-event.ts'
import type { LogGroups } from './log-groups.ts'
import { appendToObject, belowDirectory } from './object-logs.ts'

const firehoseLog = { bytesMax: 10 * 1_048_576, filesMax: 5 }

interface Delivery {
  record: ClusterRecord
  broker: number
  events: readonly LogEvent[]
  nowMs: number
}

/** Takes what a broker has logged; throws the disk's error. A sentence says why it is lost instead. */
export type Destination = (delivery: Delivery) => string | null

export interface DestinationsContext {
  dataDirectory: string
  disk: Disk
  place: Place
  logGroups: LogGroups
  /** Of Firehose, by their paths. */
  firehoses: Map<string, RollingLog>
}

/** Where the logs of a cluster's brokers go; none where nobody wants them. */
export function destinationsOf(
  { spec }: Pick<ClusterRecord, 'spec'>,
  context: DestinationsContext,
): Destination[] {
  const { CloudWatchLogs: group, S3: s3, Firehose: firehose } = spec.loggingInfo?.BrokerLogs ?? {}
  return [
    ...(group?.Enabled ? [toGroup(group.LogGroup ?? '', context)] : []),
    ...(s3?.Enabled ? [toBucket(s3.Bucket ?? '', s3.Prefix ?? '', context)] : []),
    ...(firehose?.Enabled ? [toFirehose(firehose.DeliveryStream ?? '', context)] : []),
  ]
}

/** A stream a broker. */
function toGroup(name: string, { logGroups }: DestinationsContext): Destination {
  return ({ record, broker, events }) => {
    const group = logGroups.find(name)
    if (!group) return `Broker logs are lost: there is no log group ${name} any more.`
    const streamName = `${record.name}-${record.uuid}-Broker-${broker}`
    const stream = logGroups.stream(group, streamName) ?? logGroups.createStream(group, streamName)
    logGroups.append(group, stream, events)
    return null
  }
}

/** `<data>/s3/<bucket>/<prefix>/AWSLogs/<account>/KafkaBrokerLogs/<region>/<cluster>-<uuid>/<hour>/`, with MSK's own keys. */
function toBucket(
  bucket: string,
  prefix: string,
  { dataDirectory, disk, place }: DestinationsContext,
): Destination {
  return ({ record, broker, events, nowMs }) => {
    const own = [bucket, prefix].map(belowDirectory)
    const below = ['AWSLogs', place.account, 'KafkaBrokerLogs', place.region, `${record.name}-${record.uuid}`]
    const directory = join(dataDirectory, 's3', ...own, ...below)
    appendToObject(disk, { directory, broker, text: linesOf(events), nowMs })
    return null
  }
}

/** `<data>/firehose/<stream>/records.log`, which rolls: what would be sent on. */
function toFirehose(stream: string, { dataDirectory, disk, firehoses }: DestinationsContext): Destination {
  return ({ events }) => {
    const directory = join(dataDirectory, 'firehose', belowDirectory(stream))
    const path = join(directory, 'records.log')
    disk.mkdirSync(directory)
    const log = firehoses.get(path) ?? rollingLog(disk, path, firehoseLog)
    firehoses.set(path, log)
    for (const { message } of events) log.write(message)
    return null
  }
}

function linesOf(events: readonly LogEvent[]): string {
  return events.map(({ message }) => `${message}\n`).join('')
}
