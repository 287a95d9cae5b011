import { actionButton } from './action.ts'
import type { Api } from './api.ts'
import { type Call, commandOf, kinesis } from './command.ts'
import { type Child, code, emptyState, h, Region, table } from './dom.ts'
import { failureNote } from './failure.ts'
import { streamOf, type StreamSummary } from './kinesis/kinesis.ts'
import { live } from './live.ts'
import type { Context, Tab, TabContext } from './page.ts'
import { pageAddress } from './route.ts'

const everyMs = 2_000
const figuresEveryMs = 10_000

/** What is made of a stream and lives beside it: its queues, or its channels. */
export interface List<Item, Figures> {
  title: 'Channels' | 'Queues'
  /** Lists them, and the member of its answer in which they are. */
  operation: string
  member: string
  columns: readonly string[]
  row: (item: Item, figures: Figures | undefined) => readonly Child[]
  nameOf: (item: Item) => string
  arnOf: (item: Item) => string
  /** What they have to show in numbers, by their ARNs. */
  figures(api: Api, items: readonly Item[]): Promise<Map<string, Figures>>
  create(context: Context, stream: StreamSummary, after: () => void): void
  /** What they are good for, where a stream has none, and how one is made by command. */
  about: string
  example: (stream: StreamSummary) => Call
}

/** Those of a stream. */
export function listTab<Item, Figures>(list: List<Item, Figures>): (context: TabContext) => Tab {
  return (context) => {
    const shown = new Listed(list, context)
    const { title } = list
    let stream: StreamSummary | null = null
    const create = () => stream && list.create(context, stream, context.refresh)
    const verb = `Create ${title.slice(0, -1).toLowerCase()}`
    const button = actionButton(verb, 'create', () => create(), { class: 'primary', hidden: true })
    const bar = h('div', { class: 'bar' }, h('h2', {}, title), button)
    const element = h('div', {}, bar, shown.element)
    const update = (described: StreamSummary) => {
      stream = described
      button.hidden = !isOnDemand(stream)
      return shown.update(stream)
    }
    return { element, update, end: () => shown.end() }
  }
}

/** Those of all streams, where there are any. */
export function listSection<Item, Figures>(
  list: List<Item, Figures>,
  context: Context,
): Pick<Tab, 'element' | 'end'> {
  const shown = new Listed(list, context)
  const heading = h('h2', { id: list.title }, `Kinesis ${list.title.toLowerCase()}`)
  const element = h('section', { hidden: true, 'aria-labelledby': list.title }, heading, shown.element)
  const ask = async () => {
    await shown.update(null)
    element.hidden = shown.count === 0
  }
  const end = live(everyMs, ask)
  return {
    element,
    end: () => {
      end()
      shown.end()
    },
  }
}

function isOnDemand({ StreamModeDetails: mode }: StreamSummary): boolean {
  return mode.StreamMode === 'ON_DEMAND'
}

function nothing<Item, Figures>(
  { title, about, example }: List<Item, Figures>,
  stream: StreamSummary | null,
): Child {
  if (!stream) return null
  if (!isOnDemand(stream)) return onlyOnDemand(title, stream)
  const one = title.slice(0, -1).toLowerCase()
  return emptyState(
    `No ${title.toLowerCase()} yet.`,
    h('p', {}, `${about} “Create ${one}” makes one, and so does this:`),
    code(commandOf(example(stream))),
  )
}

function onlyOnDemand(title: string, { StreamName: name }: StreamSummary): Child {
  return emptyState(
    `Only streams on demand have ${title.toLowerCase()}.`,
    h(
      'p',
      {},
      'This one is provisioned: ',
      h('a', { href: pageAddress('streams', name, { tab: 'settings' }) }, 'its settings'),
      ' change that.',
    ),
  )
}

export function streamLink(arn = ''): Child {
  const name = streamOf(arn)
  return h('a', { href: pageAddress('streams', name) }, name)
}

class Listed<Item, Figures> {
  readonly #region: Region
  readonly #list: List<Item, Figures>
  readonly #context: Context
  readonly #endFigures: () => void
  #items: Item[] = []
  #figures = new Map<string, Figures>()
  /** Whose they are; null: of all. */
  #stream: StreamSummary | null = null

  constructor(list: List<Item, Figures>, context: Context) {
    this.#list = list
    this.#context = context
    this.#region = new Region({}, `Asking for the ${list.title.toLowerCase()} …`)
    this.#endFigures = live(figuresEveryMs, () => this.#measure())
  }

  get element(): HTMLElement {
    return this.#region.element
  }

  get count(): number {
    return this.#items.length
  }

  end(): void {
    this.#endFigures()
  }

  async update(stream: StreamSummary | null): Promise<void> {
    const { operation, member, title } = this.#list
    const input = stream ? { StreamFilter: [{ StreamARN: stream.StreamARN }] } : {}
    this.#stream = stream
    try {
      const isFirst = this.#items.length === 0
      this.#items = await this.#context.api.all<Item>(kinesis(operation, input), member)
      this.#show()
      if (isFirst) await this.#measure()
    } catch (error) {
      this.#region.show(String(error), () => failureNote(`${title} cannot be listed`, error))
      this.#context.onRefused(error)
    }
  }

  async #measure(): Promise<void> {
    if (this.#items.length === 0) return
    // Whoever may not read CloudWatch sees no figures, and all else.
    this.#figures = await this.#list.figures(this.#context.api, this.#items).catch(() => new Map())
    this.#show()
  }

  #show(): void {
    const { title, columns, row, nameOf, arnOf } = this.#list
    this.#region.show([this.#items, [...this.#figures], this.#stream?.StreamModeDetails], () => {
      if (this.#items.length === 0) return nothing(this.#list, this.#stream)
      const rows = this.#items.map((item) => {
        const name = nameOf(item)
        const href = pageAddress(title === 'Queues' ? 'queues' : 'channels', name)
        const link = h('a', { href, 'data-key': `${title} ${name}` }, name)
        return [link, ...row(item, this.#figures.get(arnOf(item)))]
      })
      return table(title, ['Name', ...columns], rows)
    })
  }
}
