import { actionButton } from '../action.ts'
import { type Child, emptyState, h, Region } from '../dom.ts'
import { base64Bytes, bytesText, counted, timeText } from '../formats.ts'
import { type Queue, type QueueRecord, streamOf } from './kinesis.ts'
import type { Tab, TabContext } from '../page.ts'
import { receive, settle, verbOf } from './queue-actions.ts'
import { type Deed, entriesMax } from './queue-calls.ts'
import { dataElement } from './record-view.ts'
import { streamAddress } from '../route.ts'

/** What is in a queue to be received, or its dead letters: nobody sees them but by receiving them. */
export function queueRecords(isDead: boolean): (context: TabContext) => Tab<Queue> {
  return (context) => new QueueRecords(context, isDead)
}

interface Held {
  record: QueueRecord
  /** Until then nobody else receives it. */
  untilMs: number
  row: HTMLElement
  until: HTMLElement
}

class QueueRecords implements Tab<Queue> {
  readonly element: HTMLElement
  readonly #context: TabContext
  readonly #isDead: boolean
  readonly #deeds: readonly Deed[]
  readonly #bar = new Region({ class: 'bar' })
  readonly #note = new Region()
  readonly #rows = h('tbody')
  readonly #table: HTMLElement
  /** By receipt handle. They are this page's alone: whoever leaves it waits until their time is over. */
  readonly #held = new Map<string, Held>()
  #queue: Queue | null = null
  /** When nothing was there to be received. */
  #emptyAtMs: number | null = null

  constructor(context: TabContext, isDead: boolean) {
    this.#context = context
    this.#isDead = isDead
    this.#deeds = isDead ? ['restore', 'acknowledge', 'giveBack'] : ['acknowledge', 'giveBack']
    const columns = ['Arrived', 'Partition key', 'Receives', 'Yours until', 'Size', 'Data', 'Actions']
    const caption = isDead ? 'Dead letters that you have received' : 'Records that you have received'
    this.#table = h(
      'div',
      { class: 'scroll', role: 'group', 'aria-label': caption, tabindex: 0 },
      h(
        'table',
        { class: 'held' },
        h('caption', { class: 'unseen' }, caption),
        h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)))),
        this.#rows,
      ),
    )
    this.element = h('div', {}, this.#bar.element, this.#note.element, this.#table)
    this.#show()
  }

  end(): void {}

  update(queue: Queue): void {
    this.#queue = queue
    for (const { untilMs, until } of this.#held.values())
      if (untilMs <= Date.now() && until.className === '') {
        until.className = 'quiet'
        until.textContent = 'over: others receive it'
      }
    this.#show()
  }

  #take(records: readonly QueueRecord[], seconds: number): void {
    const untilMs = Date.now() + seconds * 1_000
    this.#emptyAtMs = records.length === 0 ? Date.now() : null
    // Earlier receipt handles of the same records are worth nothing any more.
    const again = new Set(records.map(({ RecordId: id }) => id))
    this.#drop(
      [...this.#held].flatMap(([handle, { record }]) => (again.has(record.RecordId) ? [handle] : [])),
    )
    for (const record of records) {
      const until = h('span', {}, timeOfDay(untilMs))
      const row = this.#row(record, until)
      this.#held.set(record.ReceiptHandle, { record, untilMs, row, until })
      this.#rows.append(row)
    }
    this.#show()
  }

  #drop(handles: readonly string[]): void {
    for (const handle of handles) {
      this.#held.get(handle)?.row.remove()
      this.#held.delete(handle)
    }
    this.#show()
  }

  #row(record: QueueRecord, until: HTMLElement): HTMLElement {
    const { ApproximateArrivalTimestamp: at, PartitionKey: key, RecordId: id, Data } = record
    const buttons = this.#deeds.map((deed) => {
      const verb = verbOf(deed)
      const props = { class: 'small', 'aria-label': `${verb} ${id}` }
      return [actionButton(verb, `${deed} ${id}`, () => this.#settle(deed, [record]), props), ' ']
    })
    return h(
      'tr',
      {},
      h('td', {}, timeText(at)),
      h('td', {}, key),
      h('td', {}, record.ReceiveCount),
      h('td', {}, until),
      h('td', {}, bytesText(base64Bytes(Data))),
      h('td', {}, dataElement({ Data, SequenceNumber: id }, 'auto')),
      h('td', {}, ...buttons),
    )
  }

  #settle(deed: Deed, records: QueueRecord[]): void {
    if (!this.#queue) return
    const what = { deed, isDead: this.#isDead, queue: this.#queue, records }
    settle(this.#context, what, (handles) => this.#drop(handles))
  }

  #show(): void {
    const { size } = this.#held
    const isActive = this.#queue?.QueueStatus === 'ACTIVE'
    this.#bar.show([size, isActive], () => this.#buttons(Math.min(size, entriesMax), isActive))
    this.#table.hidden = size === 0
    this.#note.show([size, this.#emptyAtMs, this.#queue], () => this.#words(size))
  }

  /** `count` is how many one call takes. */
  #buttons(count: number, isActive: boolean): Child {
    const what = this.#isDead ? 'Dead letters' : 'Records'
    const open = () =>
      this.#queue &&
      receive(this.#context, this.#queue, this.#isDead, (records, seconds) => this.#take(records, seconds))
    const props = { class: 'primary', disabled: !isActive }
    const many = this.#deeds.map((deed) =>
      actionButton(`${verbOf(deed)} ${count}`, deed, () => {
        const first = [...this.#held.values()].slice(0, count)
        this.#settle(
          deed,
          first.map(({ record }) => record),
        )
      }),
    )
    return [
      h('h2', {}, what),
      count > 1 && many,
      actionButton(`Receive ${what.toLowerCase()}`, 'receive', () => open(), props),
    ]
  }

  #words(count: number): Child {
    const queue = this.#queue
    if (!queue) return null
    const what = this.#isDead ? 'dead letter' : 'record'
    if (count > 0)
      return h('p', { class: 'quiet' }, `You hold ${counted(count, what)}, as long as this page is open.`)
    const stream = streamOf(queue.StreamConfigurationList[0]?.StreamARN ?? '')
    const href = streamAddress(stream, { tab: 'records', from: 'TRIM_HORIZON' })
    const title =
      this.#emptyAtMs === null
        ? `No ${what}s received.`
        : `There was no ${what} to be received at ${timeOfDay(this.#emptyAtMs)}.`
    const receives = queue.QueueAttributes.DeadLetterConfiguration.MaxReceiveCount
    if (this.#isDead)
      return emptyState(
        title,
        h(
          'p',
          {},
          receives === undefined
            ? 'This queue makes none: what is not acknowledged comes again and again. Its settings change that.'
            : `A record comes here when it was received ${receives} times and not acknowledged. “Receive dead letters” shows some, to be restored or done with.`,
        ),
      )
    return emptyState(
      title,
      h(
        'p',
        {},
        '“Receive records” takes some out of the queue for a while, as any receiver does. To look without taking, read ',
        h('a', { href }, `the records of ${stream}`),
        '.',
      ),
    )
  }
}

function timeOfDay(ms: number): string {
  return timeText(ms / 1_000).slice(11, 19)
}
