import { type Child, emptyState, h, Region, table } from './dom.ts'
import { counted } from './formats.ts'
import { note } from './route.ts'

/** More rows than that are made when somebody asks for them. */
const rowsAtOnce = 500

interface FilteredTableOptions<Item> {
  /** One of them: "topic". */
  noun: string
  caption: string
  columns: readonly string[]
  nameOf: (item: Item) => string
  row: (item: Item) => readonly Child[]
  /** What is shown where there are none. */
  empty: () => Child
  /** What is looked for at first. */
  filter: string
  /** Is told that somebody looks for something else. */
  filtered?: () => void
}

/** A table of many things, of which those are shown that have a text in their names. */
export class FilteredTable<Item> {
  readonly filter: HTMLInputElement
  readonly #region: Region
  readonly #options: FilteredTableOptions<Item>
  #items: readonly Item[] = []
  #beside: unknown
  #rowsMax = rowsAtOnce

  constructor(options: FilteredTableOptions<Item>) {
    this.#options = options
    this.#region = new Region({}, `Asking for the ${options.noun}s …`)
    this.filter = h('input', {
      type: 'search',
      placeholder: 'Filter by name  ( / )',
      'aria-label': `Filter ${options.noun}s by name`,
      value: options.filter,
      oninput: () => this.#filtered(),
    })
  }

  get element(): HTMLElement {
    return this.#region.element
  }

  get shown(): Item[] {
    const text = this.filter.value.toLowerCase()
    return this.#items.filter((item) => this.#options.nameOf(item).toLowerCase().includes(text))
  }

  /** `beside` is all else that rows show. */
  show(items: readonly Item[], beside: unknown = null): void {
    this.#items = items
    this.#beside = beside
    this.#show()
  }

  /** In place of the table. */
  fail(error: unknown, make: () => Child): void {
    this.#region.show(String(error), make)
  }

  #filtered(): void {
    note('filter', this.filter.value)
    this.#show()
    this.#options.filtered?.()
  }

  #show(): void {
    const { shown } = this
    const looked = shown.length === 0 ? this.filter.value : ''
    const data = [shown, looked, this.#items.length, this.#beside, this.#rowsMax]
    this.#region.show(data, () => this.#table(shown))
  }

  #table(shown: readonly Item[]): Child {
    const { noun, caption, columns, row, empty } = this.#options
    if (this.#items.length === 0) return empty()
    if (shown.length === 0) return this.#noMatch(noun)
    const rows = table(caption, columns, shown.slice(0, this.#rowsMax).map(row))
    if (shown.length <= this.#rowsMax) return rows
    const more = () => {
      this.#rowsMax += rowsAtOnce
      this.#show()
    }
    return [
      rows,
      h(
        'p',
        {},
        `${this.#rowsMax} of ${counted(shown.length, noun)}. `,
        h('button', { type: 'button', 'data-key': 'more rows', onclick: more }, `Show ${rowsAtOnce} more`),
      ),
    ]
  }

  #noMatch(noun: string): Child {
    const clear = () => {
      this.filter.value = ''
      this.#filtered()
      this.filter.focus()
    }
    return emptyState(
      `None of ${counted(this.#items.length, noun)} has “${this.filter.value}” in its name.`,
      h('button', { type: 'button', onclick: clear }, 'Clear the filter'),
    )
  }
}
