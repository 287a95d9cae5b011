import type { UpdateStreamModeInput } from '@aws-sdk/client-kinesis'
import { limitExceeded, onDemandOnly, stored } from '../exceptions.ts'
import { onDemandStreamsMax } from '../limits.ts'
import { activeStreamOf, checkNoneHangsOn } from '../operation.ts'
import type { Services } from '../services.ts'
import { checkWarm, warmed } from '../warm-throughput.ts'

const timesADayMax = 2

/** Who decides upon the shards of a stream: its owner, or the service. It keeps those that it has, and gets more to be warm. */
export const updateStreamMode =
  (services: Pick<Services, 'streams'>) =>
  (input: UpdateStreamModeInput): void => {
    const { streams } = services
    const stream = activeStreamOf(services, { StreamARN: input.StreamARN })
    const mode = input.StreamModeDetails?.StreamMode ?? 'PROVISIONED'
    const { WarmThroughputMiBps: warm } = input
    if (warm !== undefined && mode !== 'ON_DEMAND') throw onDemandOnly('warmThroughputMiBps')
    if (warm !== undefined) checkWarm({ streams }, warm)
    if (mode === stream.record.mode) return
    if (mode === 'PROVISIONED') checkNoneHangsOn(services, stream, 'switched to provisioned capacity')
    const onDemand = streams.list().filter(({ record }) => record.mode === 'ON_DEMAND').length
    if (mode === 'ON_DEMAND' && onDemand >= onDemandStreamsMax)
      throw limitExceeded(`An account can have at most ${onDemandStreamsMax} on-demand streams.`)
    const changesMs = streams.counted(stream, 'mode', timesADayMax)
    if (!changesMs)
      throw limitExceeded(
        `The capacity mode of stream ${stream.record.name} can be changed ${timesADayMax} times within 24 hours.`,
      )
    const { record } = stream
    const more = warm === undefined ? {} : warmed({ streams }, record.shards, warm)
    // What is for streams on demand alone ends with that.
    const plain = mode === 'PROVISIONED' ? { warmMiBps: 0, distribution: 'USER_PARTITION_KEY' as const } : {}
    stored(() => streams.update(stream, { mode, changesMs, ...plain, ...more }))
  }
