import { Option } from 'commander'

const formats = ['table', 'json', 'ndjson', 'yaml'] as const
export type OutputFormat = (typeof formats)[number]

export function formatOption(): Option {
  return new Option('-o, --output <format>').choices(formats).default('table')
}

/** Things of one kind as data on stdout; a table has these columns of them. */
export async function printAll<Item extends object>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => unknown>>,
  format: OutputFormat,
): Promise<void> {
  process.stdout.write(await textOfAll(items, columns, format))
}

export async function textOfAll<Item extends object>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => unknown>>,
  format: OutputFormat,
): Promise<string> {
  switch (format) {
    case 'table':
      return tableOf(items, columns)
    case 'json':
      return `${JSON.stringify(items, null, 2)}\n`
    case 'ndjson':
      return items.map((item) => `${JSON.stringify(item)}\n`).join('')
    case 'yaml':
      return (await import('yaml')).stringify(items)
  }
}

/** One thing; as a table it is a line for each of its members. */
export async function printOne<Item extends object>(
  item: Item,
  columns: Readonly<Record<string, (item: Item) => unknown>>,
  format: OutputFormat,
): Promise<void> {
  if (format === 'json') process.stdout.write(`${JSON.stringify(item, null, 2)}\n`)
  else if (format === 'yaml') process.stdout.write((await import('yaml')).stringify(item))
  else if (format === 'ndjson') process.stdout.write(`${JSON.stringify(item)}\n`)
  else process.stdout.write(linesOf(Object.entries(columns).map(([name, of]) => [name, textOf(of(item))])))
}

function tableOf<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => unknown>>,
): string {
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
