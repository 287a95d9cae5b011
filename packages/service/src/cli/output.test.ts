import { expect, it } from 'vitest'
import { textOfAll } from './output.ts'

const items = [
  { name: 'demo', brokers: 3, note: '' },
  { name: 'orders-of-today', brokers: 12, note: 'x' },
]
const columns = {
  NAME: ({ name }: (typeof items)[number]) => name,
  BROKERS: ({ brokers }: (typeof items)[number]) => brokers,
  NOTE: ({ note }: (typeof items)[number]) => note,
}

it('says the same in each format', async () => {
  expect(await textOfAll(items, columns, 'table')).toBe(
    'NAME             BROKERS  NOTE\ndemo             3        -\norders-of-today  12       x\n',
  )
  expect(JSON.parse(await textOfAll(items, columns, 'json'))).toEqual(items)
  const lines = (await textOfAll(items, columns, 'ndjson')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(items)
  expect(await textOfAll(items, columns, 'yaml')).toContain('- name: demo\n  brokers: 3\n')
})

it('has a header alone where there is nothing', async () => {
  expect(await textOfAll([], columns, 'table')).toBe('NAME  BROKERS  NOTE\n')
  expect(await textOfAll([], columns, 'ndjson')).toBe('')
})
