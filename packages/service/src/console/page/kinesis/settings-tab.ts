import { setting } from '../action.ts'
import { type Child, facts, h, Region } from '../dom.ts'
import { timeText } from '../formats.ts'
import type { StreamSummary } from './kinesis.ts'
import type { Tab, TabContext } from '../page.ts'
import {
  changeEncryption,
  changeMode,
  changeRetention,
  changeShardMetrics,
  scaleStream,
  shardMetricsOf,
} from './stream-actions.ts'
import { TagList } from '../tags.ts'

export function settingsTab(context: TabContext): Tab {
  const settings = new Region()
  const tags = new TagList(context)
  const update = (stream: StreamSummary) => {
    settings.show(stream, () => settingsOf(context, stream))
    return tags.update(stream.StreamARN)
  }
  const element = h('div', {}, h('h2', {}, 'Settings'), settings.element, tags.element)
  return { element, update, end: () => {} }
}

function settingsOf(context: TabContext, stream: StreamSummary): Node {
  const isOnDemand = stream.StreamModeDetails.StreamMode === 'ON_DEMAND'
  const isEncrypted = stream.EncryptionType === 'KMS'
  const isMeasured = shardMetricsOf(stream).length > 0
  type Change = (context: TabContext, stream: StreamSummary, after: () => void) => void
  const by = (change: Change) => () => change(context, stream, context.refresh)
  return facts([
    ['Made', timeText(stream.StreamCreationTimestamp)],
    setting('Mode', isOnDemand ? 'on demand' : 'provisioned', 'Change', by(changeMode)),
    setting('Open shards', String(stream.OpenShardCount), 'Scale', isOnDemand ? null : by(scaleStream)),
    setting('Retention', `${stream.RetentionPeriodHours} hours`, 'Change', by(changeRetention)),
    setting(
      'Encryption',
      isEncrypted ? `by ${stream.KeyId}` : 'none',
      isEncrypted ? 'Stop' : 'Start',
      by(changeEncryption),
    ),
    ['Largest record', `${stream.MaxRecordSizeInKiB} KiB`],
    setting(
      'Measured',
      isMeasured ? 'each shard, once a minute' : 'all shards together',
      isMeasured ? 'Stop' : 'Measure each shard',
      by(changeShardMetrics),
    ),
    ['Limits of shards', limitsText(context.facts.streamLimits)],
  ])
}

function limitsText(limits: string): Child {
  const flag = h('code', {}, '--stream-limits off')
  if (limits !== 'on') return ['off, by ', flag, ': shards take and give whatever comes']
  return [
    'on, as on AWS: 1 MiB and 1,000 records a second in, 2 MiB and five reads out; ',
    flag,
    ' at the start of the service takes them away',
  ]
}
