import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt, outputWith, Sandbox } from './sluice.ts'

// The verbs that speak Kafka's protocol, on one service for all of them.

let sandbox: Sandbox
beforeAll(async () => {
  await ensureBuilt()
  sandbox = new Sandbox()
  expect(await sandbox.start()).toMatchObject({ exitCode: 0 })
}, 180_000)
afterAll(() => sandbox.close())

/** What it wrote, of a verb that went well. */
async function said(verb: string, ...flags: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.run(verb, ...flags)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return stdout
}

async function json(verb: string, ...flags: string[]) {
  return JSON.parse(await said(verb, ...flags, '-o', 'json'))
}

/** What, why and next. */
const three = (what: RegExp, why: RegExp, next: RegExp) =>
  expect.stringMatching(
    new RegExp(`${what.source}[\\s\\S]*Why: .*${why.source}[\\s\\S]*Next: .*${next.source}`),
  )

describe('sluice topic', { timeout: 120_000 }, () => {
  it('makes, shows, changes and deletes topics', async () => {
    const made = await json('topic create', 'plans', 'notes', '-p', '2', '-c', 'retention.ms=60000')
    expect(made).toMatchObject([
      { name: 'plans', outcome: 'created', partitions: 2, replicas: 3 },
      { name: 'notes', outcome: 'created' },
    ])
    expect(await json('topic create', 'ghost', '--dry-run')).toMatchObject([{ outcome: 'would be created' }])
    expect(await json('topic create', 'plans', '--if-not-exists')).toMatchObject([
      { outcome: 'is there already' },
    ])
    expect(await sandbox.run('topic create', 'plans')).toMatchObject({
      exitCode: 1,
      stderr: three(
        /The topic plans was not created/,
        /already exists.*TOPIC_ALREADY_EXISTS/,
        /another name/,
      ),
    })
    const names = (await json('topic list')).map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['notes', 'plans']))
    expect(names).not.toContain('ghost')

    expect(await json('topic alter', 'plans', '--set', 'retention.ms=5000', '--dry-run')).toMatchObject([
      { done: false },
    ])
    expect((await json('topic describe', 'plans')).configs).toEqual({ 'retention.ms': '60000' })
    await said('topic alter', 'plans', '--set', 'retention.ms=5000', '--set', 'cleanup.policy=compact')
    await said('topic alter', 'plans', '--unset', 'cleanup.policy')
    expect((await json('topic describe', 'plans')).configs).toEqual({ 'retention.ms': '5000' })
    expect(await sandbox.run('topic alter', 'plans', '--set', 'retention.ms=soon')).toMatchObject({
      exitCode: 1,
      stderr: three(/was not changed/, /INVALID_CONFIG/, /correct it/),
    })

    expect(await json('topic add-partitions', 'plans', '-n', '2')).toMatchObject([
      { before: 2, after: 4, done: true },
    ])
    expect((await json('topic describe', 'plans')).partitions).toHaveLength(4)
    expect(await said('topic describe', 'plans')).toMatch(/PARTITION {2}LEADER {2}REPLICAS/)

    expect(await json('topic delete', 'notes', '--dry-run')).toMatchObject([{ done: false }])
    await said('topic delete', 'notes', 'plans')
    expect(await sandbox.run('topic describe', 'notes')).toMatchObject({
      exitCode: 1,
      stderr: three(/cannot be described/, /no topic notes/, /`topic list`/),
    })
  })

  it('trims topics', async () => {
    await said('topic create', 'trimmed', '-p', '2')
    await said('produce', 'trimmed', '-p', '0', 'a', 'b', 'c')
    expect(await json('topic trim', 'trimmed', '--before', '2', '--dry-run')).toMatchObject([
      { partition: 0, before: 0, start: 2, deleted: 2, done: false },
      { partition: 1, deleted: 0 },
    ])
    await said('topic trim', 'trimmed', '--before', '2', '-p', '0')
    expect(await said('consume', 'trimmed', '-f', '%o %v;')).toBe('2 c;')
  })
})

describe('sluice produce, consume and tail', { timeout: 120_000 }, () => {
  const path = (name: string) => join(sandbox.dataDirectory, name)

  it('writes and reads by every way to log in', async () => {
    await said('topic create', 'ways')
    for (const way of ['plaintext', 'tls', 'scram', 'iam'])
      expect(await json('produce', 'ways', way, '--login', way)).toMatchObject([
        { topic: 'ways', records: 1 },
      ])
    for (const way of ['plaintext', 'tls', 'scram', 'iam'])
      expect(await said('consume', 'ways', '-f', '%v ', '--login', way)).toBe('plaintext tls scram iam ')
    const [demo] = (await sandbox.status()).clusters
    expect(await said('consume', 'ways', '-f', '%v ', '-b', demo?.bootstrapServers ?? '')).toMatch(
      /^plaintext/,
    )
  })

  it('reads keys, headers, tombstones and NDJSON, and ranges of offsets and times', async () => {
    await said('topic create', 'forms', '-p', '1')
    writeFileSync(path('lines'), 'k1|1764547200000|v1\nk2|1764547200001|\n')
    await said(
      'produce',
      'forms',
      '-f',
      '%k|%d|%v\\n',
      '--file',
      path('lines'),
      '-Z',
      '-H',
      'h=1',
      '-z',
      'gzip',
    )
    const lines = [
      '{"key":"k3","value":{"n":1},"headers":{"a":"b"},"timestamp":"2026-01-01T00:00:00Z"}',
      '{"value":{"base64":"/wA="},"timestamp":1767312000000}',
    ]
    writeFileSync(path('ndjson'), lines.join('\n'))
    await said('produce', 'forms', '--ndjson', '--file', path('ndjson'))
    const records = await json('consume', 'forms')
    expect(records).toMatchObject([
      {
        topic: 'forms',
        partition: 0,
        offset: 0,
        key: 'k1',
        value: 'v1',
        headers: [{ key: 'h', value: '1' }],
      },
      { offset: 1, key: 'k2', value: null },
      { offset: 2, key: 'k3', value: '{"n":1}', timestamp: 1767225600000 },
      { offset: 3, key: null, value: { base64: '/wA=' }, headers: [] },
    ])
    const values = (offset: string) => said('consume', 'forms', '--offset', offset, '-f', '%o ')
    expect(await values('1:3')).toBe('1 2 ')
    expect(await values('-1')).toBe('3 ')
    expect(await values('@2026-01-01:2026-01-02')).toBe('2 ')
    expect(await values('end')).toBe('')
    expect(await said('consume', 'forms', '-n', '1', '-f', '%a{compression}')).toBe('gzip')
    expect(await said('consume', 'forms', '-n', '1')).toMatch(/^PARTITION[^\n]*\nforms-0 +0 .*k1 +v1\n$/)

    await said('topic create', 'copies', '-p', '1')
    writeFileSync(
      path('copy'),
      (await said('consume', 'forms', '-o', 'ndjson')).replaceAll('"forms"', '"copies"'),
    )
    await said('produce', '--ndjson', '--file', path('copy'))
    const copies = await json('consume', 'copies')
    expect(copies).toEqual(records.map((record: object) => ({ ...record, topic: 'copies' })))
  })

  it('shows what comes, until it is told to stop', async () => {
    await said('topic create', 'news')
    await said('produce', 'news', 'old')
    const tail = sandbox.spawn('tail', 'news', '--offset', '-1', '-f', '<%v>')
    await outputWith(tail, '<old>')
    const more = outputWith(tail, '<new>')
    await said('produce', 'news', 'new')
    await more
    const ended = new Promise((resolve) => tail.once('close', resolve))
    tail.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  it('says what is in the way', async () => {
    expect(await sandbox.run('produce', 'nowhere', 'x')).toMatchObject({
      exitCode: 1,
      stderr: three(/Not all records were written into nowhere/, /no topic nowhere/, /`topic create`/),
    })
    expect(await sandbox.run('consume', 'nowhere', '-b', '127.0.0.1:1')).toMatchObject({
      exitCode: 1,
      stderr: three(/cannot be read/, /No broker answers at 127.0.0.1:1/, /See whether/),
    })
    const scram = (await sandbox.status()).clusters[0]?.listeners['CLIENT_SASL_SCRAM'] ?? ''
    const ca = path('authority/ca.pem')
    expect(readFileSync(ca, 'utf8')).toMatch(/CERTIFICATE/)
    const login = [
      '-b',
      scram,
      '--tls-ca',
      ca,
      '--sasl',
      'SCRAM-SHA-512',
      '--user',
      'demo',
      '--password',
      'guessed',
    ]
    expect(await sandbox.run('topic list', ...login)).toMatchObject({
      exitCode: 1,
      stderr: three(/cannot be listed/, /login at .* failed: Authentication failed/, /--password/),
    })
    expect(await sandbox.run('consume', 'ways', '--offset', 'begin')).toMatchObject({ exitCode: 2 })
    expect(await sandbox.run('consume', 'ways', '-f', '%q')).toMatchObject({ exitCode: 2 })
  })
})

describe('sluice group and config', { timeout: 120_000 }, () => {
  it('moves a group, and forgets it', async () => {
    await said('topic create', 'reads', '-p', '2')
    await said('produce', 'reads', '-p', '0', 'a', 'b', 'c')
    expect(
      await json('group seek', 'readers', '--to', 'end', '--topics', 'reads', '--dry-run'),
    ).toMatchObject([
      { topic: 'reads', partition: 0, before: null, after: 3, done: false },
      { partition: 1, after: 0 },
    ])
    await said('group seek', 'readers', '--to', 'end', '--topics', 'reads')
    expect(await json('group seek', 'readers', '--by', '-2')).toMatchObject([
      { before: 3, after: 1, again: 2 },
      {},
    ])
    expect(await json('group list')).toMatchObject([{ group: 'readers', state: 'Empty' }])
    expect(await json('group describe', 'readers')).toMatchObject({
      state: 'Empty',
      lag: 2,
      partitions: [{ topic: 'reads', partition: 0, committed: 1, end: 3, lag: 2 }, {}],
    })
    await said('group seek', 'others', '--to-group', 'readers')
    const file = join(sandbox.dataDirectory, 'offsets')
    writeFileSync(file, 'reads 0 2\n')
    expect(await json('group seek', 'others', '--to-file', file)).toMatchObject([{ before: 1, after: 2 }])
    await said('group delete', 'others', 'readers')
    expect(await json('group list')).toEqual([])
    expect(await sandbox.run('group describe', 'readers')).toMatchObject({
      exitCode: 1,
      stderr: three(/cannot be described/, /no group readers/, /`group list`/),
    })
    expect(await sandbox.run('group seek', 'readers')).toMatchObject({ exitCode: 2 })
  })

  it('shows and sets configs of topics and brokers', async () => {
    await said('topic create', 'settings')
    await said('config set', 'topic', 'settings', 'retention.ms=7000')
    expect(await json('config get', 'topic', 'settings', 'retention.ms')).toMatchObject([
      { name: 'retention.ms', value: '7000', source: 'topic' },
    ])
    await said('config set', 'broker', 'all', 'log.retention.ms=8000')
    const ofBroker = await json('config get', 'broker', '1', 'log.retention.ms')
    expect(ofBroker).toMatchObject([{ value: '8000', source: 'all brokers' }])
    await said('config set', 'broker', 'all', '--unset', 'log.retention.ms')
    await said('config set', 'topic', 'settings', '--unset', 'retention.ms')
    expect(await json('config get', 'topic', 'settings', 'retention.ms')).not.toMatchObject([
      { source: 'topic' },
    ])
    expect(await sandbox.run('config set', 'topic', 'settings', 'retention.ms=x')).toMatchObject({
      exitCode: 1,
    })
  })
})

// The last one: it takes from all others what they have left.
describe('sluice reset', { timeout: 120_000 }, () => {
  it('empties topics, or deletes them, with the groups that nobody is in', async () => {
    await said('reset', '--yes')
    await said('topic create', 'kept', '-p', '2', '-c', 'retention.ms=60000')
    await said('produce', 'kept', 'a', 'b')
    await said('group seek', 'gone', '--to', 'end', '--topics', 'kept')
    expect(await sandbox.run('reset')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/deletes all topics \(1\), and deletes the groups .*\(of 1\)/),
    })
    expect((await sandbox.run('reset', '--keep-topics')).stderr).toMatch(/empties all topics \(1\)/)
    const dry = [
      { kind: 'topic', name: 'kept', outcome: 'emptied', done: false },
      { kind: 'group', name: 'gone', outcome: 'deleted', done: false },
    ]
    expect(await json('reset', '--keep-topics', '--dry-run')).toEqual(dry)
    expect(
      (await json('topic describe', 'kept')).partitions.some(({ end }: { end: number }) => end > 0),
    ).toBe(true)
    expect(await json('reset', '--keep-topics', '--yes')).toEqual(dry.map((one) => ({ ...one, done: true })))
    expect(await json('topic describe', 'kept')).toMatchObject({
      configs: { 'retention.ms': '60000' },
      partitions: [{ end: 0 }, { end: 0 }],
    })
    expect(await json('group list')).toEqual([])
    await said('reset', '--yes')
    expect(await json('topic list')).toEqual([])
  })
})
