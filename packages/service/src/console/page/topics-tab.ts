import { shellWord } from './command.ts'
import { asCode, type Child, code, emptyState, facts, h, Region, table } from './dom.ts'
import { failureNote } from './failure.ts'
import { FilteredTable } from './filtered-table.ts'
import { bytesText, counted } from './formats.ts'
import { lagText } from './groups-tab.ts'
import {
  below,
  type BrokersReport,
  brokersPath,
  type ClusterInfo,
  type Group,
  groupsPath,
  type Partition,
  type Topic,
} from './kafka.ts'
import type { Tab, TabContext } from './page.ts'
import { note, pageAddress } from './route.ts'

/** Of very many the first by name. */
const topicsMax = 5_000

/** All topics, or the one that the address names. */
export function topicsTab(context: TabContext): Tab<ClusterInfo> {
  const topic = context.query.get('topic')
  return topic === null ? topicList(context) : oneTopic(context, topic)
}

function topicList(context: TabContext): Tab<ClusterInfo> {
  const { api, name: cluster, query } = context
  const commands = new Region()
  let [topics, bytes]: [Topic[], Record<string, number>] = [[], {}]
  const own = h('input', {
    type: 'checkbox',
    checked: query.get('own') === 'yes',
    onchange: () => {
      note('own', own.checked ? 'yes' : '')
      show()
    },
  })
  const list = new FilteredTable<Topic>({
    noun: 'topic',
    caption: 'Topics',
    columns: ['Name', 'Partitions', 'Replicas', 'Out of sync', 'Size, all replicas'],
    nameOf: ({ topicName: name }) => name,
    row: (topic) => topicRow(cluster, topic, bytes),
    empty: () => noTopics(cluster, topics.length),
    filter: query.get('filter') ?? '',
  })
  const show = () => {
    const shown = own.checked ? topics : topics.filter(({ topicName: name }) => !name.startsWith('__'))
    list.show(shown, [bytes, topics.length])
  }
  const update = async ({ clusterArn: arn }: ClusterInfo) => {
    commands.show(arn, () =>
      asCode(`aws kafka list-topics --cluster-arn ${arn}`, `npx sluice topic list --cluster ${cluster}`),
    )
    try {
      topics = await api.pages<Topic>(below(arn, 'topics'), {}, 'topics', topicsMax)
      show()
      // It is the account's own: others see all else.
      bytes = await api.page<BrokersReport>(brokersPath(cluster)).then(
        ({ topicBytes }) => topicBytes,
        () => ({}),
      )
      show()
    } catch (error) {
      list.fail(error, () => failureNote('Topics cannot be listed', error))
      context.onRefused(error)
    }
  }
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'bar' },
      h('h2', {}, 'Topics'),
      list.filter,
      h('label', { class: 'check' }, own, ' Kafka’s own too'),
    ),
    list.element,
    commands.element,
  )
  return { element, update, end: () => {} }
}

function topicRow(cluster: string, topic: Topic, bytes: Readonly<Record<string, number>>): Child[] {
  const { topicName: name, outOfSyncReplicaCount: away } = topic
  const size = Object.hasOwn(bytes, name) ? bytes[name] : undefined
  return [
    h('a', { href: pageAddress('clusters', cluster, { topic: name }), 'data-key': name }, name),
    topic.partitionCount,
    topic.replicationFactor,
    awayText(away),
    size === undefined ? '—' : bytesText(size),
  ]
}

/** More than none is not well. */
function awayText(count: number): Child {
  return count === 0 ? '0' : h('strong', { class: 'state bad' }, `✕ ${count}`)
}

function noTopics(cluster: string, hiddenCount: number): Child {
  return emptyState(
    'No topics yet.',
    hiddenCount > 0 && h('p', {}, `Beside ${counted(hiddenCount, 'topic')} of Kafka’s own.`),
    h('p', {}, 'A client makes one where brokers may make topics, and so does this:'),
    code(`npx sluice topic create orders -p 6 --cluster ${cluster}`),
  )
}

function oneTopic(context: TabContext, topic: string): Tab<ClusterInfo> {
  const { api, name: cluster } = context
  const partitions = new Region({}, 'Asking for the topic …')
  const groups = new Region()
  const configs = new Region()
  const commands = new Region()
  const showConfigs = async (arn: string) => {
    const { configs: text } = await api.page<{ configs: string }>(below(arn, 'topics', topic))
    const entries = Object.entries(JSON.parse(atob(text)) as Record<string, string>)
    configs.show(text, () => [
      h('h2', {}, 'Configs'),
      h('details', {}, h('summary', {}, counted(entries.length, 'config')), configTable(entries)),
    ])
  }
  const showGroups = async () => {
    // They are the account's own: others see all else.
    const answer = await api.page<{ groups: Group[] }>(groupsPath(cluster)).catch(() => null)
    const own = answer?.groups.flatMap(({ group, topics }) =>
      topics.flatMap(({ topic: of, lag }) => (of === topic ? [{ group, lag }] : [])),
    )
    groups.show(own, () => own && [h('h2', {}, 'Consumer groups'), groupTable(cluster, own)])
  }
  const update = async ({ clusterArn: arn }: ClusterInfo) => {
    commands.show(arn, () =>
      asCode(
        `aws kafka describe-topic-partitions --cluster-arn ${arn} --topic-name ${topic}`,
        `npx sluice topic describe ${shellWord(topic)} --cluster ${cluster}`,
        `npx sluice consume ${shellWord(topic)} -o start --cluster ${cluster}`,
      ),
    )
    try {
      const path = below(arn, 'topics', topic, 'partitions')
      const found = await api.pages<Partition>(path, {}, 'partitions')
      partitions.show(found, () => partitionTable(found))
      await Promise.all([showConfigs(arn), showGroups()])
    } catch (error) {
      partitions.show(String(error), () => failureNote(`${topic} cannot be shown`, error))
      context.onRefused(error)
    }
  }
  const element = h(
    'div',
    {},
    h('p', {}, h('a', { href: pageAddress('clusters', cluster) }, 'All topics')),
    h('h2', {}, topic),
    partitions.element,
    groups.element,
    configs.element,
    commands.element,
  )
  return { element, update, end: () => {} }
}

function partitionTable(found: readonly Partition[]): Child {
  const led = found.filter(({ leader }) => leader >= 0).length
  const away = found.reduce((sum, { replicas, isr }) => sum + replicas.length - isr.length, 0)
  const rows = found.map(({ partition, leader, replicas, isr }) => [
    partition,
    leader < 0 ? h('strong', { class: 'state bad' }, '✕ nobody') : leader,
    replicas.join(', '),
    isr.length < replicas.length
      ? h('strong', { class: 'state bad' }, `✕ ${isr.join(', ')}`)
      : isr.join(', '),
  ])
  return [
    facts([
      ['Partitions', found.length],
      ['With a leader', led],
      ['Replicas out of sync', awayText(away)],
    ]),
    table('Partitions', ['Partition', 'Leader', 'Replicas', 'In sync'], rows),
  ]
}

function groupTable(cluster: string, groups: readonly { group: string; lag: number }[]): Child {
  if (groups.length === 0) return h('p', { class: 'quiet' }, 'No group has committed anything of it.')
  const rows = groups.map(({ group, lag }) => {
    const href = pageAddress('clusters', cluster, { tab: 'groups', group })
    return [h('a', { href, 'data-key': `group ${group}` }, group || '(no name)'), lagText(lag)]
  })
  return table('Consumer groups', ['Name', 'Behind here, in records'], rows)
}

function configTable(entries: readonly (readonly [string, string])[]): Child {
  return table('Configs', ['Name', 'Value'], entries)
}
