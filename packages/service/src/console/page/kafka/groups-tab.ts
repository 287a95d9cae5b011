import { asCode, type Child, code, emptyState, facts, h, Region, state, table } from '../dom.ts'
import { failureNote, isForTheAccount } from '../failure.ts'
import { FilteredTable } from '../filtered-table.ts'
import { firstCommands, groupCommands } from './commands.ts'
import { type ClusterInfo, type Group, type GroupDescription, groupsPath, placesOf } from './kafka.ts'
import type { Tab, TabContext } from '../page.ts'
import { pageAddress } from '../route.ts'

/** All groups, or the one that the address names. The MSK API has none: they are told to the account alone. */
export function groupsTab(context: TabContext): Tab<ClusterInfo> {
  const group = context.query.get('group')
  return group === null ? groupList(context) : oneGroup(context, group)
}

/** How many records it is behind. */
export function lagText(lag: number): string {
  return lag.toLocaleString('en-US')
}

const lagOf = ({ topics }: Group) => topics.reduce((sum, { lag }) => sum + lag, 0)

function groupList(context: TabContext): Tab<ClusterInfo> {
  const { api, name: cluster, query } = context
  const list = new FilteredTable<Group>({
    noun: 'group',
    caption: 'Consumer groups',
    columns: ['Name', 'State', 'Protocol', 'Topics', 'Behind, in records'],
    nameOf: ({ group }) => group,
    row: (group) => groupRow(cluster, group),
    empty: () => noGroups(cluster),
    filter: query.get('filter') ?? '',
  })
  const update = async () => {
    try {
      list.show((await api.page<{ groups: Group[] }>(groupsPath(cluster))).groups)
    } catch (error) {
      list.fail(error, () => refusal('Groups cannot be listed', error))
      context.onRefused(error)
    }
  }
  const bar = h('div', { class: 'bar' }, h('h2', {}, 'Consumer groups'), list.filter)
  const element = h('div', {}, bar, list.element, asCode(...groupCommands(cluster).groups))
  return { element, update, end: () => {} }
}

/** No policy lets anybody else in. */
function refusal(what: string, error: unknown): Child {
  if (!isForTheAccount(error)) return failureNote(what, error)
  return emptyState(
    'Consumer groups are shown to the account itself alone.',
    h('p', {}, 'The MSK API has none of them. A link that signs in as the account is printed by this:'),
    code('npx sluice console'),
  )
}

function groupRow(cluster: string, group: Group): Child[] {
  const { group: name, state: at, type, topics } = group
  const href = pageAddress('clusters', cluster, { tab: 'groups', group: name })
  return [
    h('a', { href, 'data-key': name }, name || '(no name)'),
    state(at),
    type,
    topics.map(({ topic }) => topic).join(', ') || '—',
    topics.length === 0 ? 'no commit known' : lagText(lagOf(group)),
  ]
}

function noGroups(cluster: string): Child {
  return emptyState(
    'No consumer groups yet.',
    h('p', {}, 'They appear here when clients consume as a group, as this does:'),
    ...firstCommands(cluster).group.map(code),
  )
}

function oneGroup(context: TabContext, group: string): Tab<ClusterInfo> {
  const { api, name: cluster } = context
  const shown = new Region({}, 'Asking for the group …')
  const update = async () => {
    try {
      const found = await api.page<GroupDescription>(groupsPath(cluster, { group }))
      shown.show(found, () => groupParts(cluster, found))
    } catch (error) {
      shown.show(String(error), () => refusal('The group cannot be shown', error))
      context.onRefused(error)
    }
  }
  const element = h(
    'div',
    {},
    h('p', {}, h('a', { href: pageAddress('clusters', cluster, { tab: 'groups' }) }, 'All groups')),
    h('h2', {}, group || '(no name)'),
    shown.element,
    asCode(...groupCommands(cluster).group(group)),
  )
  return { element, update, end: () => {} }
}

function groupParts(cluster: string, found: GroupDescription): Child {
  const { state: at, type, assignor, members } = found
  const places = placesOf(found)
  const lag = places.reduce((sum, place) => sum + (place.lag ?? 0), 0)
  return [
    facts([
      ['State', state(at)],
      ['Protocol', type],
      ['Assignor', assignor || '—'],
      ['Members', members.length],
      ['Behind, in records', places.length === 0 ? 'nothing committed' : lagText(lag)],
    ]),
    h('h2', {}, 'Partitions'),
    places.length === 0
      ? h('p', { class: 'quiet' }, 'It has committed nothing, and nobody of it has a partition.')
      : table(
          'Partitions',
          ['Topic', 'Partition', 'Committed', 'End', 'Behind, in records', 'Member'],
          places.map(({ topic, partition, committed, end, lag: behind, member }) => [
            h('a', { href: pageAddress('clusters', cluster, { topic }) }, topic),
            ...[partition, committed ?? '—', end ?? '—', behind === null ? '—' : lagText(behind)],
            member ?? h('span', { class: 'quiet' }, 'nobody'),
          ]),
        ),
    h('h2', {}, 'Members'),
    members.length === 0
      ? h('p', { class: 'quiet' }, 'Nobody is in it.')
      : table(
          'Members',
          ['Client', 'From', 'Id', 'Partitions'],
          members.map(({ clientId, host, memberId, partitions }) => [
            ...[clientId, host],
            h('code', {}, memberId),
            partitions.length,
          ]),
        ),
  ]
}
