import { bootstrap } from './kafka/bootstrap.ts'
import { channelList } from './kinesis/channel-list.ts'
import { kinesis } from './command.ts'
import { code, emptyState, h, Region, state, table, type Child } from './dom.ts'
import { failureNote, isForTheAccount } from './failure.ts'
import { FilteredTable } from './filtered-table.ts'
import type { ClusterInfo } from './kafka/kafka.ts'
import type { StreamName, StreamSummary } from './kinesis/kinesis.ts'
import { listSection } from './list-tab.ts'
import { live } from './live.ts'
import type { Context, Page } from './page.ts'
import { queueList } from './kinesis/queue-list.ts'
import { pageAddress, streamAddress } from './route.ts'
import { createStream } from './kinesis/stream-actions.ts'

/** Of the service's own report, as far as it is shown. */
interface Cluster {
  name: string
  state: string
  stateInfo: string | null
  kafkaVersion: string
  /** Undefined where nobody tells: of a serverless one. */
  brokers?: readonly unknown[]
  /** `host:port,…` by the names of listeners. */
  listeners?: Readonly<Record<string, string>>
}

const statusPath = '/_sluice/status'
const everyMs = 2_000
/** Streams whose shards are counted, each by a call of its own: seldom, where nothing else has changed. */
const describedMax = 50
const describedEveryMs = 10_000

export function homePage(context: Context, query: URLSearchParams): Page {
  const clusters = new Region({}, 'Asking for the clusters …')
  const streams = new StreamList(context, query.get('filter') ?? '')
  const showClusters = async () => {
    try {
      const found = await clustersOf(context)
      clusters.show(found, () => clusterTable(found))
    } catch (error) {
      clusters.show(String(error), () => failureNote('Clusters cannot be shown', error))
      context.onRefused(error)
    }
  }
  const made = [listSection(queueList, context), listSection(channelList, context)]
  const ends = [live(everyMs, showClusters), live(everyMs, () => streams.refresh())]
  const create = () => createStream(context, () => void streams.refresh())
  const element = h(
    'div',
    {},
    h('h1', { tabindex: -1 }, 'Clusters and streams'),
    h(
      'section',
      { 'aria-labelledby': 'clusters' },
      h('h2', { id: 'clusters' }, 'Kafka clusters'),
      clusters.element,
    ),
    h(
      'section',
      { 'aria-labelledby': 'streams' },
      h(
        'div',
        { class: 'bar' },
        h('h2', { id: 'streams' }, 'Kinesis streams'),
        streams.table.filter,
        h('button', { type: 'button', class: 'primary', onclick: create }, 'Create stream'),
      ),
      streams.table.element,
    ),
    ...made.map((section) => section.element),
  )
  const end = () => {
    for (const one of ends) one()
    for (const section of made) section.end()
  }
  return { title: 'Clusters and streams', element, end }
}

/** The report is the account's own; others are told by the MSK API what their policies let them see. */
async function clustersOf({ api }: Context): Promise<Cluster[]> {
  try {
    return (await api.page<{ clusters: Cluster[] }>(statusPath)).clusters
  } catch (error) {
    if (!isForTheAccount(error)) throw error
  }
  const list = await api.pages<ClusterInfo>('/api/v2/clusters', {}, 'clusterInfoList')
  return list.map(({ clusterName: name, state, stateInfo, provisioned }) => ({
    ...{ name, state, stateInfo: stateInfo?.message ?? null },
    kafkaVersion: provisioned?.currentBrokerSoftwareInfo?.kafkaVersion ?? '',
    ...(provisioned && { brokers: Array.from({ length: provisioned.numberOfBrokerNodes }) }),
  }))
}

function clusterTable(clusters: readonly Cluster[]): Child {
  if (clusters.length === 0)
    return emptyState(
      'No clusters yet.',
      h('p', {}, 'This makes one; it appears here at once:'),
      code('npx sluice cluster create events'),
    )
  const rows = clusters.map(({ name, state: at, stateInfo, kafkaVersion, brokers, listeners }) => [
    h('a', { href: pageAddress('clusters', name), 'data-key': `cluster ${name}` }, name),
    [state(at), stateInfo ? h('div', { class: 'quiet' }, stateInfo) : null],
    kafkaVersion,
    brokers?.length ?? '',
    listeners ? bootstrap(listeners) : h('code', {}, 'aws kafka get-bootstrap-brokers'),
  ])
  return table('Kafka clusters', ['Name', 'State', 'Kafka', 'Brokers', 'Bootstrap servers'], rows)
}

class StreamList {
  readonly table: FilteredTable<StreamName>
  readonly #context: Context
  #found: StreamName[] = []
  #summaries = new Map<string, StreamSummary>()
  /** Which streams these are of, and when they were asked for. */
  #described = { of: '', atMs: 0 }

  constructor(context: Context, filter: string) {
    this.#context = context
    this.table = new FilteredTable<StreamName>({
      noun: 'stream',
      caption: 'Kinesis streams',
      columns: ['Name', 'State', 'Mode', 'Open shards', 'Retention', 'Consumers'],
      nameOf: ({ StreamName: name }) => name,
      row: (stream) => this.#row(stream),
      empty: noStreams,
      filter,
    })
  }

  async refresh(): Promise<void> {
    const { api } = this.#context
    try {
      this.#found = await api.all<StreamName>(kinesis('ListStreams', {}), 'StreamSummaries')
      this.#show()
      await this.#describe()
      this.#show()
    } catch (error) {
      this.table.fail(error, () => failureNote('Streams cannot be listed', error))
      this.#context.onRefused(error)
    }
  }

  async #describe(): Promise<void> {
    const shown = this.table.shown.slice(0, describedMax)
    const of = JSON.stringify(shown)
    if (of === this.#described.of && Date.now() - this.#described.atMs < describedEveryMs) return
    const described = await Promise.all(
      shown.map(async ({ StreamName }) => {
        // It may be gone meanwhile, or not be for everybody.
        const answer = await this.#context.api
          .call<{ StreamDescriptionSummary: StreamSummary }>(kinesis('DescribeStreamSummary', { StreamName }))
          .catch(() => null)
        return answer ? [[StreamName, answer.StreamDescriptionSummary] as const] : []
      }),
    )
    this.#summaries = new Map(described.flat())
    this.#described = { of, atMs: Date.now() }
  }

  #show(): void {
    this.table.show(this.#found, [...this.#summaries.values()])
  }

  #row({ StreamName: name, StreamStatus: at, StreamModeDetails: mode }: StreamName): Child[] {
    const summary = this.#summaries.get(name)
    return [
      h('a', { href: streamAddress(name), 'data-key': name }, name),
      state(at),
      mode.StreamMode === 'ON_DEMAND' ? 'on demand' : 'provisioned',
      summary ? summary.OpenShardCount : '…',
      summary ? `${summary.RetentionPeriodHours} h` : '…',
      summary ? summary.ConsumerCount : '…',
    ]
  }
}

function noStreams(): Child {
  return emptyState(
    'No streams yet.',
    h('p', {}, '“Create stream” makes one, and so does this:'),
    code('aws kinesis create-stream --stream-name clicks --shard-count 2'),
  )
}
