import { type Child, emptyState, facts, h, Region, table } from './dom.ts'
import { failureNote } from './failure.ts'
import { timeText } from './formats.ts'
import type { StreamSummary } from './kinesis.ts'
import type { Tab, TabContext } from './page.ts'
import {
  addTag,
  changeEncryption,
  changeMode,
  changeRetention,
  changeShardMetrics,
  removeTag,
  scaleStream,
  shardMetricsOf,
} from './stream-actions.ts'

interface Tag {
  Key: string
  Value?: string
}

export function settingsTab(context: TabContext): Tab {
  const { api, name, refresh } = context
  const settings = new Region()
  const tags = new Region({}, 'Asking for the tags …')
  const update = async (stream: StreamSummary) => {
    settings.show(stream, () => settingsOf(context, stream))
    try {
      const call = {
        service: 'kinesis',
        operation: 'ListTagsForStream',
        input: { StreamName: name },
      } as const
      const { Tags: found } = await api.call<{ Tags: Tag[] }>(call)
      tags.show(found, () => tagTable(context, found))
    } catch (error) {
      tags.show(String(error), () => failureNote('Tags cannot be listed', error))
      context.onRefused(error)
    }
  }
  const add = h('button', { type: 'button', onclick: () => addTag(context, name, refresh) }, 'Add tag')
  const element = h(
    'div',
    {},
    h('h2', {}, 'Settings'),
    settings.element,
    h('div', { class: 'bar' }, h('h2', {}, 'Tags'), add),
    tags.element,
  )
  return { element, update, end: () => {} }
}

/** A setting is a value, and a button by which it becomes another one. */
function settingsOf(context: TabContext, stream: StreamSummary): Node {
  const isOnDemand = stream.StreamModeDetails.StreamMode === 'ON_DEMAND'
  const isEncrypted = stream.EncryptionType === 'KMS'
  const isMeasured = shardMetricsOf(stream).length > 0
  type Change = (context: TabContext, stream: StreamSummary, after: () => void) => void
  const setting = (name: string, value: string, verb: string, change: Change | null): [string, Child] => {
    const work = () => change?.(context, stream, context.refresh)
    const label = `${verb}: ${name}`
    const props = { type: 'button', class: 'small', 'data-key': name, 'aria-label': label, onclick: work }
    return [name, [`${value} `, change && h('button', props, verb)]]
  }
  return facts([
    ['Made', timeText(stream.StreamCreationTimestamp)],
    setting('Mode', isOnDemand ? 'on demand' : 'provisioned', 'Change', changeMode),
    setting('Open shards', String(stream.OpenShardCount), 'Scale', isOnDemand ? null : scaleStream),
    setting('Retention', `${stream.RetentionPeriodHours} hours`, 'Change', changeRetention),
    setting(
      'Encryption',
      isEncrypted ? `by ${stream.KeyId}` : 'none',
      isEncrypted ? 'Stop' : 'Start',
      changeEncryption,
    ),
    ['Largest record', `${stream.MaxRecordSizeInKiB} KiB`],
    setting(
      'Measured',
      isMeasured ? 'each shard, once a minute' : 'all shards together',
      isMeasured ? 'Stop' : 'Measure each shard',
      changeShardMetrics,
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

function tagTable(context: TabContext, found: readonly Tag[]): Child {
  if (found.length === 0) return emptyState('No tags yet.', h('p', {}, '“Add tag” makes one.'))
  const { name, refresh } = context
  const rows = found.map(({ Key: key, Value: value = '' }) => {
    const remove = () => removeTag(context, name, key, refresh)
    const props = {
      type: 'button',
      class: 'small',
      'data-key': `tag ${key}`,
      'aria-label': `Remove the tag ${key}`,
    }
    return [key, value, h('button', { ...props, onclick: remove }, 'Remove')]
  })
  return table('Tags', ['Key', 'Value', 'Actions'], rows)
}
