import type { UpdateStreamModeInput } from '@aws-sdk/client-kinesis'
import { notImplemented } from '../../exceptions.ts'
import { limitExceeded, stored } from '../exceptions.ts'
import { onDemandStreamsMax } from '../limits.ts'
import { activeStreamOf } from '../operation.ts'
import type { Services } from '../services.ts'

const timesADayMax = 2

/** Who decides upon the shards of a stream: its owner, or the service. It keeps those that it has. */
export const updateStreamMode =
  (services: Pick<Services, 'streams'>) =>
  (input: UpdateStreamModeInput): void => {
    const { streams } = services
    const stream = activeStreamOf(services, { StreamARN: input.StreamARN })
    const mode = input.StreamModeDetails?.StreamMode ?? 'PROVISIONED'
    if (input.WarmThroughputMiBps !== undefined)
      throw notImplemented('WarmThroughputMiBps of UpdateStreamMode')
    if (mode === stream.record.mode) return
    const onDemand = streams.list().filter(({ record }) => record.mode === 'ON_DEMAND').length
    if (mode === 'ON_DEMAND' && onDemand >= onDemandStreamsMax)
      throw limitExceeded(`An account can have at most ${onDemandStreamsMax} on-demand streams.`)
    const changesMs = streams.counted(stream, 'mode', timesADayMax)
    if (!changesMs)
      throw limitExceeded(
        `The capacity mode of stream ${stream.record.name} can be changed ${timesADayMax} times within 24 hours.`,
      )
    stored(() => streams.update(stream, { mode, changesMs }))
  }
