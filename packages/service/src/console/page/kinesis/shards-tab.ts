import { type Child, emptyState, facts, h, Region, say, state, table } from '../dom.ts'
import { bytesText, counted, spanText } from '../formats.ts'
import {
  childrenOf,
  isOpen,
  middleOf,
  neighboursOf,
  parentsOf,
  placed,
  shareText,
  shortId,
} from './hash-space.ts'
import type { Shard, StreamSummary } from './kinesis.ts'
import { live } from '../live.ts'
import { type Figures, shardFigures, shardsMax, streamFigures } from './metrics.ts'
import { go, note, streamAddress } from '../route.ts'
import type { Tab, TabContext } from '../page.ts'
import { changeShardMetrics, mergeShards, scaleStream, shardMetricsOf, splitShard } from './stream-actions.ts'

const figuresEveryMs = 10_000
const rowPx = 34
/** What is narrower has no room for a border and a name. */
const thinWidth = 0.008

/** The picture of the hash-key space, and each shard as a row. */
export function shardsTab(context: TabContext): Tab {
  const tab = new ShardsTab(context)
  return { element: tab.element, update: (stream) => tab.update(stream), end: () => tab.end() }
}

class ShardsTab {
  readonly element: HTMLElement
  readonly #context: TabContext
  readonly #head = new Region()
  readonly #picture = new Region()
  readonly #table = new Region({}, 'Asking for the shards …')
  readonly #filter: HTMLInputElement
  readonly #closed: HTMLInputElement
  readonly #endFigures: () => void
  #stream: StreamSummary | null = null
  #shards: Shard[] = []
  #whole: Figures = {}
  #figures = new Map<string, Figures>()

  constructor(context: TabContext) {
    this.#context = context
    const { query } = context
    this.#filter = h('input', {
      type: 'search',
      placeholder: 'Filter by id or hash key  ( / )',
      'aria-label': 'Filter shards by id, or by a hash key that is in them',
      value: query.get('filter') ?? '',
      oninput: () => this.#chosen(),
    })
    this.#closed = h('input', {
      type: 'checkbox',
      checked: query.get('closed') !== 'no',
      onchange: () => this.#chosen(),
    })
    this.element = h(
      'div',
      {},
      this.#head.element,
      h('h2', {}, 'Hash keys'),
      this.#picture.element,
      h(
        'div',
        { class: 'bar' },
        h('h2', {}, 'Shards'),
        this.#filter,
        h('label', { class: 'check' }, this.#closed, ' closed ones too'),
      ),
      this.#table.element,
    )
    this.#endFigures = live(figuresEveryMs, () => this.#measure())
  }

  end(): void {
    this.#endFigures()
  }

  async update(stream: StreamSummary): Promise<void> {
    const isFirst = this.#stream === null
    this.#stream = stream
    const call = {
      service: 'kinesis',
      operation: 'ListShards',
      input: { StreamName: stream.StreamName },
    } as const
    this.#shards = await this.#context.api.all<Shard>(call, 'Shards')
    if (isFirst) void this.#measure()
    this.#show()
  }

  /** Whoever may not read CloudWatch sees no figures, and all else. */
  async #measure(): Promise<void> {
    if (!this.#stream) return
    const { api, name } = this.#context
    try {
      this.#whole = await streamFigures(api, name)
      const isMeasured = shardMetricsOf(this.#stream).length > 0
      const shown = this.#shown().slice(0, shardsMax)
      this.#figures = isMeasured
        ? await shardFigures(
            api,
            name,
            shown.map(({ ShardId }) => ShardId),
          )
        : new Map()
    } catch {
      this.#whole = {}
    }
    this.#show()
  }

  #chosen(): void {
    note('filter', this.#filter.value)
    note('closed', this.#closed.checked ? '' : 'no')
    this.#show()
    void this.#measure()
  }

  #shown(): Shard[] {
    const text = this.#filter.value.trim()
    const key = /^\d{6,39}$/.test(text) ? BigInt(text) : null
    return this.#shards.filter((shard) => {
      if (!this.#closed.checked && !isOpen(shard)) return false
      const { StartingHashKey: first, EndingHashKey: last } = shard.HashKeyRange
      return shard.ShardId.includes(text) || (key !== null && BigInt(first) <= key && key <= BigInt(last))
    })
  }

  #show(): void {
    const stream = this.#stream
    if (!stream) return
    const shown = this.#shown()
    this.#head.show([stream, this.#whole], () => this.#summary(stream))
    this.#picture.show(this.#shards, () => this.#drawn())
    this.#table.show([shown, this.#figures.size > 0 && [...this.#figures], shardMetricsOf(stream)], () =>
      this.#rows(stream, shown),
    )
  }

  #summary(stream: StreamSummary): Child {
    const { bytesIn = 0, recordsIn = 0, bytesOut = 0, recordsOut = 0, ageMs } = this.#whole
    const scale = () => scaleStream(this.#context, stream, this.#context.refresh)
    return h(
      'div',
      { class: 'bar' },
      facts([
        ['Open shards', stream.OpenShardCount],
        ['In, by the last minute', `${bytesText(bytesIn)}/s · ${recordsIn.toFixed(1)} records/s`],
        ['Out, by GetRecords', `${bytesText(bytesOut)}/s · ${recordsOut.toFixed(1)} records/s`],
        ['Oldest read', ageMs === undefined ? 'nobody reads' : `${spanText(ageMs)} behind`],
      ]),
      h('span', { class: 'gap' }),
      stream.StreamModeDetails.StreamMode === 'PROVISIONED'
        ? h('button', { type: 'button', 'data-key': 'scale', onclick: scale }, 'Scale stream')
        : null,
    )
  }

  #drawn(): Child {
    const all = placed(this.#shards)
    if (all.length === 0)
      return emptyState('No shards yet.', h('p', {}, 'They appear here when the stream is ACTIVE.'))
    const open = all.filter(({ isOpen }) => isOpen).length
    const picture = h('div', {
      class: 'space',
      role: 'img',
      'aria-label': `${counted(open, 'open shard')} and ${all.length - open} closed over the hash keys; the table below has each.`,
    })
    picture.style.height = `${(1 + Math.max(...all.map(({ row }) => row))) * rowPx}px`
    for (const { id, isOpen, row, left, width } of all) {
      const title = `${id}, ${isOpen ? 'open' : 'closed'}, ${(width * 100).toFixed(2)} %`
      const show = () => go(streamAddress(this.#context.name, { tab: 'records', shard: id }))
      const kind = `${isOpen ? 'open' : 'closed'}${width < thinWidth ? ' thin' : ''}`
      const block = h('div', { class: kind, title, onclick: show }, shortId(id))
      block.style.left = `${left * 100}%`
      block.style.width = `${width * 100}%`
      block.style.top = `${row * rowPx}px`
      picture.append(block)
    }
    return [
      picture,
      h(
        'div',
        { class: 'scale quiet', 'aria-hidden': 'true' },
        h('span', {}, '0'),
        h('span', {}, '2¹²⁷'),
        h('span', {}, '2¹²⁸ − 1'),
      ),
    ]
  }

  #rows(stream: StreamSummary, shown: readonly Shard[]): Child {
    if (this.#shards.length === 0) return null
    if (shown.length === 0) {
      const clear = () => {
        this.#filter.value = ''
        this.#closed.checked = true
        this.#chosen()
      }
      return emptyState(
        `None of ${counted(this.#shards.length, 'shard')} is like that.`,
        h('button', { type: 'button', onclick: clear }, 'Clear the filter'),
      )
    }
    const isMeasured = shardMetricsOf(stream).length > 0
    const columns = [
      'Shard',
      'State',
      'Hash keys',
      'Parents',
      'Children',
      ...(isMeasured ? ['In', 'Out', 'Age'] : []),
      'Actions',
    ]
    const rest = shown.length - shardsMax
    const measure = () => changeShardMetrics(this.#context, stream, this.#context.refresh)
    return [
      table(
        'Shards',
        columns,
        shown.slice(0, shardsMax).map((shard) => this.#row(stream, shard, isMeasured)),
      ),
      rest > 0 ? h('p', { class: 'quiet' }, `${counted(rest, 'more shard')}: the filter finds them.`) : null,
      isMeasured
        ? null
        : h(
            'p',
            { class: 'quiet' },
            'Bytes, records and ages of single shards are not measured. ',
            h(
              'button',
              { type: 'button', class: 'small', 'data-key': 'measure', onclick: measure },
              'Measure each shard',
            ),
          ),
    ]
  }

  #row(stream: StreamSummary, shard: Shard, isMeasured: boolean): Child[] {
    const { ShardId: id, HashKeyRange: range } = shard
    const figures = this.#figures.get(id) ?? {}
    const records = (of: string) =>
      h(
        'a',
        { href: streamAddress(this.#context.name, { tab: 'records', shard: of }), 'data-key': `${id} ${of}` },
        shortId(of),
      )
    return [
      h('a', { href: streamAddress(this.#context.name, { tab: 'records', shard: id }), 'data-key': id }, id),
      state(isOpen(shard) ? 'OPEN' : 'CLOSED'),
      h('span', { title: `${range.StartingHashKey} to ${range.EndingHashKey}` }, shareText(shard)),
      parentsOf(shard).map((parent) => [records(parent), ' ']),
      childrenOf(id, this.#shards).map((child) => [records(child), ' ']),
      ...(isMeasured ? figureCells(figures) : []),
      isOpen(shard) ? this.#actions(stream, shard) : null,
    ]
  }

  #actions(stream: StreamSummary, shard: Shard): Child {
    const { name, refresh } = this.#context
    const busy =
      stream.StreamStatus === 'ACTIVE'
        ? null
        : `The stream is ${stream.StreamStatus}: wait until it is ACTIVE.`
    const unsplit = middleOf(shard) === null ? 'It has a single hash key.' : null
    const alone = neighboursOf(shard, this.#shards).length === 0 ? 'No open shard is beside it.' : null
    const split = () => splitShard(this.#context, name, shard, refresh)
    const merge = () => mergeShards(this.#context, name, shard, this.#shards, refresh)
    return [
      shardButton('Split', shard, busy ?? unsplit, split),
      ' ',
      shardButton('Merge', shard, busy ?? alone, merge),
    ]
  }
}

/** One that does nothing now can be reached all the same, and says why. */
function shardButton(verb: string, { ShardId: id }: Shard, why: string | null, work: () => void): Child {
  const label = {
    'aria-label': `${verb} ${id}${why === null ? '' : `. ${why}`}`,
    title: why,
    'aria-disabled': why !== null && 'true',
  }
  const pressed = () => (why === null ? work() : say(why))
  return h(
    'button',
    { type: 'button', class: 'small', 'data-key': `${verb} ${id}`, ...label, onclick: pressed },
    verb,
  )
}

function figureCells({ bytesIn = 0, recordsIn = 0, bytesOut = 0, recordsOut = 0, ageMs }: Figures): Child[] {
  const rate = (bytes: number, records: number) => `${bytesText(bytes)}/s · ${records.toFixed(1)}/s`
  return [
    rate(bytesIn, recordsIn),
    rate(bytesOut, recordsOut),
    ageMs === undefined
      ? h('span', { title: 'Nobody has read it in the last minute' }, '—')
      : spanText(ageMs),
  ]
}
