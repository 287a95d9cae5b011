import { channelList } from './channel-list.ts'
import { code, emptyState, h, Region, state, table, type Child } from './dom.ts'
import { Failure, failureNote } from './failure.ts'
import { counted } from './formats.ts'
import type { StreamName, StreamSummary } from './kinesis.ts'
import { listSection } from './list-tab.ts'
import { live } from './live.ts'
import type { Context, Page } from './page.ts'
import { queueList } from './queue-list.ts'
import { note, streamAddress } from './route.ts'
import { createStream } from './stream-actions.ts'

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

/** Of the MSK API. */
interface ClusterInfo {
  clusterName: string
  state: string
  stateInfo?: { message?: string }
  provisioned?: { numberOfBrokerNodes: number; currentBrokerSoftwareInfo?: { kafkaVersion?: string } }
}

const statusPath = '/_sluice/status'
const clustersPath = '/api/v2/clusters?maxResults=100'
const everyMs = 2_000
/** Streams whose shards are counted, each by a call of its own: seldom, where nothing else has changed. */
const describedMax = 50
const describedEveryMs = 10_000

const listenerNames: Readonly<Record<string, string>> = {
  CLIENT: 'plaintext',
  CLIENT_SECURE: 'TLS',
  CLIENT_SASL_SCRAM: 'SCRAM',
  CLIENT_IAM: 'IAM',
}

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
        streams.filter,
        h('button', { type: 'button', class: 'primary', onclick: create }, 'Create stream'),
      ),
      streams.element,
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
    if (!(error instanceof Failure && error.code === 'AccessDeniedException')) throw error
  }
  const { clusterInfoList: list } = await api.page<{ clusterInfoList: ClusterInfo[] }>(clustersPath)
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
    h('strong', {}, name),
    [state(at), stateInfo ? h('div', { class: 'quiet' }, stateInfo) : null],
    kafkaVersion,
    brokers?.length ?? '',
    bootstrap(listeners),
  ])
  return table('Kafka clusters', ['Name', 'State', 'Kafka', 'Brokers', 'Bootstrap servers'], rows)
}

function bootstrap(listeners: Cluster['listeners']): Child {
  if (!listeners) return h('code', {}, 'aws kafka get-bootstrap-brokers')
  const all = Object.entries(listeners)
  if (all.length === 0) return 'none yet'
  return h(
    'details',
    {},
    h('summary', {}, all.map(([name]) => listenerNames[name] ?? name).join(', ')),
    ...all.map(([name, servers]) => h('div', {}, `${listenerNames[name] ?? name}: `, code(servers))),
  )
}

class StreamList {
  readonly filter: HTMLInputElement
  readonly #region = new Region({}, 'Asking for the streams …')
  readonly #context: Context
  #found: StreamName[] = []
  #summaries = new Map<string, StreamSummary>()
  /** Which streams these are of, and when they were asked for. */
  #described = { of: '', atMs: 0 }

  constructor(context: Context, filter: string) {
    this.#context = context
    this.filter = h('input', {
      type: 'search',
      placeholder: 'Filter by name  ( / )',
      'aria-label': 'Filter streams by name',
      value: filter,
      oninput: () => this.#filtered(),
    })
  }

  get element(): HTMLElement {
    return this.#region.element
  }

  async refresh(): Promise<void> {
    const { api } = this.#context
    try {
      this.#found = await api.all<StreamName>(
        { service: 'kinesis', operation: 'ListStreams', input: {} },
        'StreamSummaries',
      )
      await this.#describe()
      this.#show()
    } catch (error) {
      this.#region.show(String(error), () => failureNote('Streams cannot be listed', error))
      this.#context.onRefused(error)
    }
  }

  async #describe(): Promise<void> {
    const shown = this.#shown().slice(0, describedMax)
    const of = JSON.stringify(shown)
    if (of === this.#described.of && Date.now() - this.#described.atMs < describedEveryMs) return
    const described = await Promise.all(
      shown.map(async ({ StreamName }) => {
        const call = {
          service: 'kinesis',
          operation: 'DescribeStreamSummary',
          input: { StreamName },
        } as const
        // It may be gone meanwhile, or not be for everybody.
        const answer = await this.#context.api
          .call<{ StreamDescriptionSummary: StreamSummary }>(call)
          .catch(() => null)
        return answer ? [[StreamName, answer.StreamDescriptionSummary] as const] : []
      }),
    )
    this.#summaries = new Map(described.flat())
    this.#described = { of, atMs: Date.now() }
  }

  #filtered(): void {
    note('filter', this.filter.value)
    this.#show()
  }

  #shown(): StreamName[] {
    const text = this.filter.value.toLowerCase()
    return this.#found.filter(({ StreamName: name }) => name.toLowerCase().includes(text))
  }

  #show(): void {
    const shown = this.#shown()
    const data = [shown, [...this.#summaries.values()], this.#found.length]
    this.#region.show(data, () => this.#table(shown))
  }

  #table(shown: readonly StreamName[]): Child {
    if (this.#found.length === 0)
      return emptyState(
        'No streams yet.',
        h('p', {}, '“Create stream” makes one, and so does this:'),
        code('aws kinesis create-stream --stream-name clicks --shard-count 2'),
      )
    if (shown.length === 0) {
      const clear = () => {
        this.filter.value = ''
        this.#filtered()
        this.filter.focus()
      }
      return emptyState(
        `None of ${counted(this.#found.length, 'stream')} has “${this.filter.value}” in its name.`,
        h('button', { type: 'button', onclick: clear }, 'Clear the filter'),
      )
    }
    const rows = shown.map(({ StreamName: name, StreamStatus: at, StreamModeDetails: mode }) => {
      const summary = this.#summaries.get(name)
      return [
        h('a', { href: streamAddress(name), 'data-key': name }, name),
        state(at),
        mode.StreamMode === 'ON_DEMAND' ? 'on demand' : 'provisioned',
        summary ? summary.OpenShardCount : '…',
        summary ? `${summary.RetentionPeriodHours} h` : '…',
        summary ? summary.ConsumerCount : '…',
      ]
    })
    return table('Kinesis streams', ['Name', 'State', 'Mode', 'Open shards', 'Retention', 'Consumers'], rows)
  }
}
