import { Option } from 'commander'

const formats = ['table', 'json', 'ndjson', 'yaml'] as const
export type OutputFormat = (typeof formats)[number]

/** The same for every verb that has something to say: one form for people, three for programs. */
export function formatOption(): Option {
  return new Option('-o, --output <format>').choices(formats).default('table')
}

/** For verbs whose output shells and files take as it is, too. */
export function formatOptionWith(more: readonly string[], description: string): Option {
  return new Option('-o, --output <format>', description).choices([...more, ...formats])
}

type Columns<Item> = Readonly<Record<string, (item: Item) => unknown>>
/** A table has these columns of what there is, or a verb has a text of its own for people. */
type Shown<Item> = Columns<Item> | (() => string)

/** Things of one kind as data on stdout. */
export async function printAll<Item extends object>(
  items: readonly Item[],
  shown: Shown<Item>,
  format: OutputFormat,
): Promise<void> {
  process.stdout.write(await textOfAll(items, shown, format))
}

export async function textOfAll<Item extends object>(
  items: readonly Item[],
  shown: Shown<Item>,
  format: OutputFormat,
): Promise<string> {
  if (format === 'ndjson') return items.map((item) => `${JSON.stringify(item)}\n`).join('')
  if (format !== 'table') return textOfData(items, format)
  return typeof shown === 'function' ? shown() : tableOf(items, shown)
}

/** One thing; as a table it is a line for each of its members. */
export async function printOne<Item extends object>(
  item: Item,
  shown: Shown<Item>,
  format: OutputFormat,
): Promise<void> {
  process.stdout.write(await textOfOne(item, shown, format))
}

export async function textOfOne<Item extends object>(
  item: Item,
  shown: Shown<Item>,
  format: OutputFormat,
): Promise<string> {
  if (format === 'ndjson') return `${JSON.stringify(item)}\n`
  if (format !== 'table') return textOfData(item, format)
  if (typeof shown === 'function') return shown()
  return linesOf(Object.entries(shown).map(([name, of]) => [name, textOf(of(item))]))
}

async function textOfData(data: object, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(data, null, 2)}\n`
  return (await import('yaml')).stringify(data)
}

function tableOf<Item>(items: readonly Item[], columns: Columns<Item>): string {
  const rows = items.map((item) => Object.values(columns).map((of) => textOf(of(item))))
  return linesOf([Object.keys(columns), ...rows])
}

function textOf(value: unknown): string {
  return value === undefined || value === null || value === '' ? '-' : String(value as string | number)
}

/** In columns, each as wide as its widest text. */
function linesOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  return rows
    .map(
      (row) =>
        `${row
          .map((text, at) => text.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
