import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { handlers, ignoredBrokerProperties } from '@sluice/engine'
import { apiByKey } from '@sluice/wire'
import { isSettable, kinesisOperations, mskOperations } from 'sluice'
import { describe, expect, it } from 'vitest'
import { deliberateDifferences } from './contract/accepted-differences.ts'
import { root } from './source-tree.ts'

/*
 * What README.md and docs/ say of what is served is what the handlers say. After a change:
 * UPDATE_README=1 npx vitest run test/readme.test.ts
 */

function kafkaApis(): string {
  const all = [...apiByKey.values()].filter((api) => api.listeners.includes('broker'))
  const rows = all.flatMap((api) => {
    const handler = handlers.get(api.apiKey)
    if (!handler) return []
    const served = `${handler.minVersion}–${handler.maxVersion}`
    const whole = `${api.minVersion}–${api.maxStableVersion}`
    return `| ${api.apiKey} | ${api.name} | ${served} | ${whole} |`
  })
  const others = all.filter(({ apiKey }) => !handlers.has(apiKey)).map(({ name }) => name)
  return [
    '| Key | API | Versions | Apache Kafka 4.4.0 |',
    '|---|---|---|---|',
    ...rows,
    '',
    `Not served yet: ${others.join(', ')}.`,
  ].join('\n')
}

/** What the release itself says of its APIs, whatever our schemas have. */
function brokerApis(): string[] {
  const traits = JSON.parse(readFileSync(join(root, 'test/data/kafka-messages/api-traits.json'), 'utf8')) as {
    name: string
    listeners?: string[]
  }[]
  return traits.filter(({ listeners }) => listeners?.includes('broker')).map(({ name }) => name)
}

function differencesTable(): string {
  const rows = deliberateDifferences.map(
    ({ what, here, apacheKafka, why, see = '' }) =>
      `| ${what} | ${here} | ${apacheKafka} | ${why} | ${see} |`,
  )
  return [
    '| What | Embedded engine | Apache Kafka 4.4.0 | Why | See |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function operationsTable(operations: ReturnType<typeof mskOperations>): string {
  const cells = operations.map(({ name, served }) => `${served ? '✓' : '–'} ${name}`)
  const rows = Array.from({ length: Math.ceil(cells.length / 4) }, (_, row) =>
    cells.slice(row * 4, row * 4 + 4),
  )
  const served = operations.filter((operation) => operation.served).length
  const others = served < operations.length ? ' The others answer 501 NotImplementedException.' : ''
  return [
    `${served} of ${operations.length}.${others}`,
    '',
    '| | | | |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${[...row, '', '', ''].slice(0, 4).join(' | ')} |`),
  ].join('\n')
}

function ignoredProperties(): string {
  return ['```', ...[...ignoredBrokerProperties].filter(isSettable).sort(), '```'].join('\n')
}

function withTable(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`there is no place for ${name}`)
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`
}

describe('the README', () => {
  it.each([
    ['README.md', 'kafka-apis', kafkaApis],
    ['README.md', 'msk-operations', () => operationsTable(mskOperations())],
    ['README.md', 'kinesis-operations', () => operationsTable(kinesisOperations())],
    ['docs/broker-properties.md', 'ignored-properties', ignoredProperties],
    ['docs/differences.md', 'differences', differencesTable],
  ])('tells what is served: %s, %s', (document, name, table) => {
    const path = join(root, document)
    const text = readFileSync(path, 'utf8')
    const wanted = withTable(text, name, table())
    if (process.env['UPDATE_README'] === '1') writeFileSync(path, wanted)
    else expect(text, 'UPDATE_README=1 npx vitest run test/readme.test.ts writes it').toBe(wanted)
  })

  it('has every API of the release’s broker listener in one list, once', () => {
    const lists = kafkaApis()
    const listed = [...lists.matchAll(/^\| \d+ \| (\w+) /gm)].map(([, name]) => name)
    listed.push(...(/^Not served yet: (.+)\.$/m.exec(lists)?.[1]?.split(', ') ?? []))
    expect(listed.sort()).toEqual(brokerApis().sort())
  })

  it.each(documents())('links to files and headings that are there: %s', (document) => {
    const broken = linksOf(document).filter(({ path, anchor }) => {
      if (!existsSync(path)) return true
      return anchor !== undefined && !headingsOf(path).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

function documents(): string[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const pages = inDocs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...pages]
}

/** Those to places in the repository. */
function linksOf(document: string): { path: string; anchor: string | undefined }[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, link, anchor]) => ({
    path: join(root, link ? join(dirname(document), link) : document),
    anchor,
  }))
}

/** As a link to a heading has it on GitHub. */
function headingsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
