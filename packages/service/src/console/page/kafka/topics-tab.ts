import { asCode, type Child, code, emptyState, facts, h, Region, table } from '../dom.ts'
import { failureNote, isForTheAccount } from '../failure.ts'
import { FilteredTable } from '../filtered-table.ts'
import { bytesText, counted } from '../formats.ts'
import { clusterCommands, firstCommands } from './commands.ts'
import { lagText } from './groups-tab.ts'
import {
  below,
  type BrokersReport,
  brokersPath,
  type ClusterInfo,
  type Group,
  groupsPath,
  type ListedTopic,
  type Partition,
  type Topic,
} from './kafka.ts'
import type { Tab, TabContext } from '../page.ts'
import { note, pageAddress } from '../route.ts'

/** Of very many the first by name. */
const topicsMax = 5_000

/** All topics, or the one that the address names. */
export function topicsTab(context: TabContext): Tab<ClusterInfo> {
  const topic = context.query.get('topic')
  return topic === null ? topicList(context) : oneTopic(context, topic)
}

function topicList(context: TabContext): Tab<ClusterInfo> {
  const { name: cluster, query } = context
  const commands = new Region()
  let topics: Topic[] = []
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
    columns: ['Name', 'Partitions', 'Without a leader', 'Replicas', 'Out of sync', 'Size, all replicas'],
    nameOf: ({ topic }) => topic,
    row: (topic) => topicRow(cluster, topic),
    empty: () => noTopics(cluster, topics.length),
    filter: query.get('filter') ?? '',
  })
  const show = () => {
    const shown = own.checked ? topics : topics.filter(({ topic }) => !topic.startsWith('__'))
    list.show(shown, topics.length)
  }
  const update = async ({ clusterArn: arn }: ClusterInfo) => {
    commands.show(arn, () => asCode(...clusterCommands(cluster, arn).topics))
    try {
      topics = await topicsOf(context, arn)
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

/**
 * The account's own page has all at once, in any state of the cluster; others are told by the MSK API what their policies let them
 * see, while the cluster is ACTIVE.
 */
async function topicsOf({ api, name: cluster }: TabContext, arn: string): Promise<Topic[]> {
  try {
    return (await api.page<BrokersReport>(brokersPath(cluster))).topics
  } catch (error) {
    if (!isForTheAccount(error)) throw error
  }
  const listed = await api.pages<ListedTopic>(below(arn, 'topics'), {}, 'topics', topicsMax)
  return listed.map(({ topicName: topic, partitionCount, replicationFactor, outOfSyncReplicaCount }) => ({
    ...{ topic, partitions: partitionCount, replicas: replicationFactor },
    outOfSync: outOfSyncReplicaCount,
  }))
}

async function partitionsOf({ api, name: cluster }: TabContext, arn: string, topic: string) {
  try {
    return (await api.page<{ partitions: Partition[] }>(brokersPath(cluster, { topic }))).partitions
  } catch (error) {
    if (!isForTheAccount(error)) throw error
  }
  return api.pages<Partition>(below(arn, 'topics', topic, 'partitions'), {}, 'partitions')
}

function topicRow(cluster: string, { topic, ...counts }: Topic): Child[] {
  const { partitions, leaderless, replicas, outOfSync, bytes } = counts
  return [
    h('a', { href: pageAddress('clusters', cluster, { topic }), 'data-key': topic }, topic),
    partitions,
    leaderless === undefined ? '—' : badText(leaderless),
    replicas,
    badText(outOfSync),
    bytes === undefined ? '—' : bytesText(bytes),
  ]
}

/** More than none is not well. */
function badText(count: number): Child {
  return count === 0 ? '0' : h('strong', { class: 'state bad' }, `✕ ${count}`)
}

function noTopics(cluster: string, hiddenCount: number): Child {
  return emptyState(
    'No topics yet.',
    hiddenCount > 0 && h('p', {}, `Beside ${counted(hiddenCount, 'topic')} of Kafka’s own.`),
    h('p', {}, 'A client makes one where brokers may make topics, and so does this:'),
    code(firstCommands(cluster).topic),
  )
}

function oneTopic(context: TabContext, topic: string): Tab<ClusterInfo> {
  const { api, name: cluster } = context
  const partitions = new Region({}, 'Asking for the topic …')
  const groups = new Region()
  const configs = new Region()
  const commands = new Region()
  const showConfigs = async (arn: string) => {
    const answer = await api.page<{ configs: string }>(below(arn, 'topics', topic)).catch(() => null)
    // The MSK API tells them while the cluster is ACTIVE.
    if (!answer) return configs.show(null, () => null)
    const { configs: text } = answer
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
    commands.show(arn, () => asCode(...clusterCommands(cluster, arn).topic(topic)))
    try {
      const found = await partitionsOf(context, arn, topic)
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
      ['Replicas out of sync', badText(away)],
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
