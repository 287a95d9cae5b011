import { commandOf } from '../command.ts'
import { type Child, code, emptyState, h, Region, say } from '../dom.ts'
import { Failure, failureNote } from '../failure.ts'
import { base64Bytes, bytesText, counted, spanText, timeText } from '../formats.ts'
import { isOpen, shortId } from './hash-space.ts'
import type { ReadRecord, Shard, StreamSummary } from './kinesis.ts'
import { live } from '../live.ts'
import { dataElement, isLike, type View, views } from './record-view.ts'
import { note, streamAddress } from '../route.ts'
import {
  iteratorCall,
  type Reader,
  readersMax,
  recordsCall,
  ShardReader,
  ShardsReader,
  type Start,
} from './shard-reader.ts'
import type { Tab, TabContext } from '../page.ts'

/** Follows what comes; other readers of a shard keep three of its five reads a second. */
const everyMs = 1_000
const pagesATurn = 2
/** Instead of a shard. */
const allShards = 'all'
/** What is there already is read in parts: who wants more says so. */
const recordsAtOnce = 200
/** The oldest go when more are shown. */
const keptMax = 500
/** In base64. */
const keptBytesMax = 64 * 1_048_576

const starts = {
  TRIM_HORIZON: 'the oldest record (TRIM_HORIZON)',
  LATEST: 'what comes from now on (LATEST)',
  AT_TIMESTAMP: 'a time (AT_TIMESTAMP)',
  AT_SEQUENCE_NUMBER: 'a sequence number (AT_SEQUENCE_NUMBER)',
  AFTER_SEQUENCE_NUMBER: 'after a sequence number',
} as const

export function recordsTab(context: TabContext): Tab {
  const tab = new RecordsTab(context)
  return { element: tab.element, update: (stream) => tab.update(stream), end: () => tab.end() }
}

class RecordsTab {
  readonly element: HTMLElement
  readonly #context: TabContext
  readonly #shard = h('select', { name: 'shard', required: true })
  readonly #from: HTMLSelectElement
  readonly #at = h('input', { name: 'at', autocomplete: 'off', spellcheck: 'false' })
  readonly #filter: HTMLInputElement
  readonly #view: HTMLSelectElement
  readonly #pause = h('button', { type: 'button', onclick: () => this.#pauseOrGoOn() })
  readonly #progress = new Region()
  readonly #problem = new Region()
  readonly #rows = h('tbody')
  readonly #command = h('div')
  readonly #end: () => void
  #shards: string | null = null
  #open: string[] = []
  #reader: Reader | null = null
  /** What it reads, in words: of very many shards the first ones. */
  #source = ''
  /** Which is at it: no page is read twice. */
  #reading: Reader | null = null
  #records: ReadRecord[] = []
  #readCount = 0
  /** Reads until so many are there. */
  #countMax = recordsAtOnce
  /** Has seen all that was there, and sees what comes. */
  #isFollowing = false
  #isPaused = false
  #dropped = 0

  constructor(context: TabContext) {
    this.#context = context
    const { query } = context
    const options = (entries: Readonly<Record<string, string>>, chosen: string | null) =>
      Object.entries(entries).map(([value, label]) =>
        h('option', { value, selected: value === chosen }, label),
      )
    this.#from = h(
      'select',
      { name: 'from', onchange: () => this.#showAt() },
      ...options(starts, query.get('from')),
    )
    this.#at.value = query.get('at') ?? ''
    this.#filter = h('input', {
      type: 'search',
      placeholder: 'Key or text  ( / )',
      'aria-label': 'Show only records with this text in their key or data',
      value: query.get('filter') ?? '',
      oninput: () => this.#chosen(),
    })
    const names = Object.fromEntries(views.map((name) => [name, name]))
    this.#view = h(
      'select',
      { 'aria-label': 'Show data as', onchange: () => this.#chosen() },
      ...options(names, query.get('view')),
    )
    this.element = h(
      'div',
      {},
      this.#form(),
      this.#problem.element,
      this.#progress.element,
      this.#table(),
      h('details', {}, h('summary', {}, 'Show as code'), this.#command),
    )
    this.#showAt()
    this.#end = live(everyMs, () => this.#read())
  }

  end(): void {
    this.#end()
  }

  async update(stream: StreamSummary): Promise<void> {
    const call = {
      service: 'kinesis',
      operation: 'ListShards',
      input: { StreamName: stream.StreamName },
    } as const
    const shards = await this.#context.api.all<Shard>(call, 'Shards')
    const key = JSON.stringify(shards.map((shard) => [shard.ShardId, isOpen(shard)]))
    if (key === this.#shards) return
    const isFirst = this.#shards === null
    this.#shards = key
    this.#open = shards.filter(isOpen).map(({ ShardId: id }) => id)
    const asked = isFirst ? this.#context.query.get('shard') : this.#shard.value
    const { length } = this.#open
    const chosen = asked ?? (length > 1 ? allShards : this.#open[0])
    const all = length > readersMax ? `the first ${readersMax} open shards` : 'all open shards'
    const option = (value: string, label: string) => h('option', { value, selected: value === chosen }, label)
    this.#shard.replaceChildren(
      option(allShards, all),
      ...shards.map((shard) => option(shard.ShardId, `${shard.ShardId}${isOpen(shard) ? '' : ' (closed)'}`)),
    )
    if (!this.#reader && shards.length > 0 && this.#at.checkValidity()) this.#begin()
  }

  #form(): HTMLElement {
    const submit = (event: SubmitEvent) => {
      event.preventDefault()
      this.#begin()
    }
    return h(
      'form',
      { class: 'bar', onsubmit: submit },
      h('label', {}, 'Shard', this.#shard),
      h('label', {}, 'From', this.#from),
      this.#at,
      h('button', { class: 'primary' }, 'Read'),
      this.#pause,
      h('span', { class: 'gap' }),
      h('label', {}, 'Show only', this.#filter),
      h('label', {}, 'As', this.#view),
    )
  }

  #table(): HTMLElement {
    const columns = ['Arrived', 'Shard', 'Partition key', 'Sequence number', 'Size', 'Data']
    const head = h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column))))
    return h(
      'div',
      { class: 'scroll', role: 'group', 'aria-label': 'Records', tabindex: 0 },
      h('table', { class: 'records' }, h('caption', { class: 'unseen' }, 'Records'), head, this.#rows),
    )
  }

  #showAt(): void {
    const isByTime = this.#from.value === 'AT_TIMESTAMP'
    const isByNumber = this.#from.value.endsWith('SEQUENCE_NUMBER')
    this.#at.hidden = !isByTime && !isByNumber
    this.#at.disabled = this.#at.hidden
    this.#at.required = !this.#at.hidden
    this.#at.type = isByTime ? 'datetime-local' : 'text'
    this.#at.step = isByTime ? '1' : ''
    this.#at.setAttribute('aria-label', isByTime ? 'Time, of this browser’s zone' : 'Sequence number')
    this.#at.placeholder = isByNumber ? 'Sequence number' : ''
  }

  #begin(): void {
    const start: Start = {
      shard: this.#shard.value,
      from: this.#from.value,
      at: this.#at.disabled ? '' : this.#at.value,
    }
    for (const [name, value] of Object.entries(start)) note(name, value)
    const { api, name: stream } = this.#context
    const isAll = start.shard === allShards
    this.#source = (isAll && this.#shard.selectedOptions[0]?.label) || start.shard
    this.#reader = isAll
      ? new ShardsReader(api, stream, start, this.#open)
      : new ShardReader(api, stream, start)
    this.#records = []
    this.#rows.replaceChildren()
    this.#readCount = 0
    this.#dropped = 0
    this.#countMax = recordsAtOnce
    this.#isPaused = false
    this.#isFollowing = false
    const calls = [iteratorCall(stream, start), recordsCall('ITERATOR')]
    const tail = `npx sluice stream tail ${stream}${start.from === 'LATEST' ? '' : ' --from-start'}`
    this.#command.replaceChildren(...(isAll ? [code(tail)] : calls.map((call) => code(commandOf(call)))))
    void this.#read()
  }

  #pauseOrGoOn(): void {
    this.#isPaused = !this.#isPaused
    say(this.#isPaused ? 'Paused.' : 'Reading.')
    void this.#read()
  }

  /** Until the end of the shard, or as many as somebody wants. */
  async #read(): Promise<void> {
    const reader = this.#reader
    if (!reader || this.#reading === reader) return
    this.#reading = reader
    try {
      for (let pages = 0; pages < pagesATurn && this.#isWanted(reader); pages++) {
        const records = await reader.next(Date.now())
        if (reader !== this.#reader) return
        this.#take(records)
        this.#problem.show(null, () => null)
        if (reader.behindMs === 0) this.#isFollowing = true
        this.#showProgress()
        if (records.length === 0 || reader.behindMs === 0) break
      }
    } catch (error) {
      this.#failed(error)
    } finally {
      if (this.#reading === reader) this.#reading = null
    }
    this.#showProgress()
  }

  #isWanted(reader: Reader): boolean {
    if (reader !== this.#reader || this.#isPaused || reader.children !== null) return false
    return this.#isFollowing || this.#readCount < this.#countMax
  }

  /** What ends by itself is tried again in a second. */
  #failed(error: unknown): void {
    const code = error instanceof Failure ? error.code : ''
    const isPassing = [
      'ProvisionedThroughputExceededException',
      'ExpiredIteratorException',
      'UNREACHABLE',
    ].includes(code)
    if (!isPassing) this.#isPaused = true
    this.#problem.show(String(error), () => failureNote('The shard was not read', error))
    this.#context.onRefused(error)
  }

  #take(records: readonly ReadRecord[]): void {
    this.#readCount += records.length
    this.#records.push(...records)
    this.#append(records)
    let bytes = this.#records.reduce((sum, { Data }) => sum + Data.length, 0)
    while (this.#records.length > keptMax || (bytes > keptBytesMax && this.#records.length > 1)) {
      const gone = this.#records.shift()
      bytes -= gone?.Data.length ?? 0
      this.#dropped++
      if (gone) this.#rows.querySelector(`[data-number="${gone.SequenceNumber}"]`)?.remove()
    }
  }

  #append(records: readonly ReadRecord[]): void {
    const text = this.#filter.value.toLowerCase()
    this.#rows.append(...records.filter((record) => isLike(record, text)).map((record) => this.#row(record)))
  }

  #row(record: ReadRecord): HTMLElement {
    const { ApproximateArrivalTimestamp: at, PartitionKey: key, SequenceNumber: number, Data: data } = record
    return h(
      'tr',
      { 'data-number': number },
      h('td', {}, timeText(at)),
      h('td', {}, h('span', { title: record.shard }, shortId(record.shard))),
      h('td', {}, key),
      h('td', {}, h('code', { title: number }, `…${number.slice(-12)}`)),
      h('td', {}, bytesText(base64Bytes(data))),
      h('td', {}, dataElement(record, this.#view.value as View)),
    )
  }

  #chosen(): void {
    note('filter', this.#filter.value)
    note('view', this.#view.value === 'auto' ? '' : this.#view.value)
    this.#rows.replaceChildren()
    this.#append(this.#records)
    this.#showProgress()
  }

  #showProgress(): void {
    const reader = this.#reader
    this.#pause.textContent = this.#isPaused ? 'Resume' : 'Pause'
    this.#pause.disabled = !reader || reader.children !== null
    if (!reader) return
    const { behindMs, children } = reader
    const isFull = !this.#isFollowing && this.#readCount >= this.#countMax
    const shown = this.#rows.childElementCount
    const data = [reader.start, behindMs, children, isFull, this.#isPaused, this.#readCount, shown]
    this.#progress.show(data, () => [this.#sentence(reader, shown), this.#next(reader, isFull)])
  }

  /** Exactly what has been read: nobody shall take what was not looked at for what is not there. */
  #sentence({ start, behindMs, children }: Reader, shown: number): Child {
    const hidden = this.#records.length - shown
    const parts = [
      `Read ${counted(this.#readCount, 'record')} of ${this.#source} from ${start.from}${start.at === '' ? '' : ` ${start.at}`} on`,
      hidden > 0 ? `${shown} shown, ${hidden} not like “${this.#filter.value}”` : '',
      this.#dropped > 0 ? `the oldest ${this.#dropped} shown no more` : '',
      behindMs === null || children !== null
        ? ''
        : behindMs === 0
          ? 'at the latest'
          : `${spanText(behindMs)} behind the latest`,
    ]
    return h('p', { class: 'quiet' }, `${parts.filter((part) => part !== '').join(' · ')}.`)
  }

  #next({ start, children, behindMs }: Reader, isFull: boolean): Child {
    const { name } = this.#context
    if (children !== null) {
      const links = children.flatMap((id) => [
        h('a', { href: streamAddress(name, { tab: 'records', shard: id, from: 'TRIM_HORIZON' }) }, id),
        ' ',
      ])
      return h(
        'p',
        {},
        'The shard is closed, and this is its end. ',
        children.length > 0 ? ['Its children: ', links] : null,
      )
    }
    if (isFull && behindMs !== 0) {
      const more = () => {
        this.#countMax = this.#readCount + recordsAtOnce
        void this.#read()
      }
      return h(
        'p',
        {},
        'There is more. ',
        h('button', { type: 'button', 'data-key': 'more', onclick: more }, `Read ${recordsAtOnce} more`),
      )
    }
    if (this.#isPaused) return h('p', {}, 'Paused: what comes meanwhile is read when you resume.')
    if (this.#readCount > 0) return null
    const put = `aws kinesis put-record --stream-name ${name} --partition-key user-1 --data aGVsbG8=`
    return emptyState(
      start.from === 'LATEST' ? 'Waiting for records.' : 'No records here yet.',
      h('p', {}, 'What is put into it appears here. “Put record” puts one, and so does this:'),
      code(put),
    )
  }
}
