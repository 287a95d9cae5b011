import type { Clock } from '@sluice/effects'
import type { LogGroups } from '../../fleet/logs/log-groups.ts'
import type { ChannelRecord } from './channel-record.ts'

/** Tells of a channel in the log group that it names, which is made where there is none, as AWS does with the channel's role. */
export class ChannelLog {
  readonly #groups: LogGroups
  readonly #clock: Clock

  constructor(groups: LogGroups, clock: Clock) {
    this.#groups = groups
    this.#clock = clock
  }

  /** Nothing where nobody wants it. Throws the disk's error. */
  tell({ arn, stream, spec }: ChannelRecord, told: object): void {
    const { CloudWatchLogs: wanted } = spec.LoggingConfiguration ?? {}
    const { LogGroupName: groupName, LogStreamName: streamName } = wanted ?? {}
    if (!wanted?.Enabled || groupName === undefined || streamName === undefined) return
    const groups = this.#groups
    const described = { kmsKeyId: null, logGroupClass: 'STANDARD', tags: {} }
    const group = groups.find(groupName) ?? groups.create(groupName, described)
    const log = groups.stream(group, streamName) ?? groups.createStream(group, streamName)
    const message = JSON.stringify({ channelARN: arn, streamARN: stream.arn, ...told })
    groups.append(group, log, [{ timestampMs: this.#clock.now(), message }])
  }
}
