import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, Sandbox } from './sluice.ts'

// Topics and whole clusters in files, from one service into another.

let here: Sandbox
let there: Sandbox
beforeAll(async () => {
  await ensureBuilt()
  here = new Sandbox()
  there = new Sandbox()
  for (const one of [here, there]) expect(await one.start()).toMatchObject({ exitCode: 0 })
}, 240_000)
afterAll(async () => {
  await here.close()
  await there.close()
})

async function said(sandbox: Sandbox, verb: string, ...flags: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.run(verb, ...flags)
  expect(exitCode, stderr).toBe(0)
  return stdout
}

const path = (name: string) => join(here.dataDirectory, name)
const read = (sandbox: Sandbox, topic: string) => said(sandbox, 'consume', topic, '-o', 'ndjson')

describe('sluice export, import and snapshot', { timeout: 240_000 }, () => {
  it('carries records with their offsets and timestamps, and groups, into another cluster', async () => {
    await said(here, 'topic create', 'orders', '-p', '2', '-c', 'max.message.bytes=2000000')
    writeFileSync(
      path('records'),
      [
        ...[0, 1, 2, 3].map(
          (n) => `{"partition":0,"key":"k${n}","value":"v${n}","timestamp":17670000000${n}0}`,
        ),
        '{"partition":1,"value":{"base64":"/wA="},"headers":{"h":"1"}}',
      ].join('\n'),
    )
    await said(here, 'produce', 'orders', '--ndjson', '--file', path('records'))
    await said(here, 'topic trim', 'orders', '-p', '0', '--before', '2')
    // Of a compacted topic nothing is trimmed, and no record without key is taken: it is made whole all the same.
    await said(here, 'topic alter', 'orders', '--set', 'cleanup.policy=compact')
    await said(here, 'group seek', 'billing', '--to', '3', '--topics', 'orders')

    const file = path('all.gz')
    expect(JSON.parse(await said(here, 'snapshot save', file, '-o', 'json'))).toEqual({
      topics: 1,
      groups: 1,
      records: 3,
    })
    const dry = await said(there, 'snapshot load', file, '--dry-run', '-o', 'json')
    expect(JSON.parse(dry)).toMatchObject({ topics: 1, groups: 1, records: 3 })
    expect(JSON.parse(await said(there, 'topic list', '-o', 'json'))).toEqual([])
    await said(there, 'snapshot load', file)
    expect(await read(there, 'orders')).toBe(await read(here, 'orders'))
    const shown = JSON.parse(await said(there, 'topic describe', 'orders', '-o', 'json'))
    expect(shown).toMatchObject({
      configs: { 'cleanup.policy': 'compact', 'max.message.bytes': '2000000' },
      partitions: [
        { start: 2, end: 4 },
        { start: 0, end: 1 },
      ],
    })
    const group = JSON.parse(await said(there, 'group describe', 'billing', '-o', 'json'))
    expect(group.partitions).toMatchObject([
      { committed: 3, lag: 1 },
      { committed: 1, lag: 0 },
    ])
    expect(await there.run('snapshot load', file)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/not loaded whole[\s\S]*TOPIC_ALREADY_EXISTS[\s\S]*Next: .*`reset`/),
    })

    const plain = path('orders.ndjson')
    await said(here, 'export', 'orders', '--out', plain)
    expect(readFileSync(plain, 'utf8')).toMatch(/^\{"sluice":"topic","topic":"orders"/)
    await said(here, 'import', plain, '--rename', 'orders=copies')
    expect(await read(here, 'copies')).toBe((await read(here, 'orders')).replaceAll('"orders"', '"copies"'))
    expect(await here.run('import', path('records'))).toMatchObject({ exitCode: 2 })
  })
})
