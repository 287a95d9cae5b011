import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Inbox, TestEngine, uniqueName } from './engine.ts'

const installed = spawnSync('kcat', ['-V']).status === 0
if (!installed) console.warn('kcat is not installed: its tests (librdkafka) are skipped')

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index))

describe.skipIf(!installed)('librdkafka, by kcat', () => {
  let engine: TestEngine
  const running = new Set<ChildProcess>()

  beforeAll(async () => {
    engine = await TestEngine.start()
  })

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL')
    await engine.stop()
  })

  interface Running {
    child: ChildProcess
    lines: Inbox<string>
    /** Exit code and what it complained of. */
    ended: Promise<{ code: number | null; complaint: string }>
  }

  function start(args: string[], input = ''): Running {
    const child = spawn('kcat', ['-b', engine.bootstrap, ...args])
    running.add(child)
    const lines = new Inbox<string>()
    let [rest, complaint] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() as string
      for (const line of parts) lines.push(line)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const ended = new Promise<{ code: number | null; complaint: string }>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => {
        running.delete(child)
        if (rest) lines.push(rest)
        resolve({ code, complaint })
      })
    })
    return { child, lines, ended }
  }

  async function kcat(args: string[], input?: string): Promise<string[]> {
    const { lines, ended } = start(args, input)
    const { code, complaint } = await ended
    if (code !== 0) throw new Error(`kcat ${args.join(' ')}: ${complaint}`)
    return lines.items
  }

  const produce = (topic: string, lines: string[], ...args: string[]) =>
    kcat(['-P', '-t', topic, ...args], `${lines.join('\n')}\n`)
  const consume = (topic: string, ...args: string[]) =>
    kcat(['-C', '-e', '-q', '-X', 'fetch.wait.max.ms=20', '-t', topic, ...args])

  it('lists the cluster', async () => {
    const listed = JSON.parse((await kcat(['-L', '-J'])).join('\n'))
    expect(listed.brokers).toEqual([{ id: 1, name: engine.bootstrap }])
    expect(listed.controllerid).toBe(1)
  })

  it.each([
    ['none', 'acks=all'],
    ['gzip', 'acks=1'],
    ['snappy', 'acks=all'],
    ['lz4', 'acks=all'],
    ['zstd', 'acks=all'],
    ['none', 'acks=0'],
    ['lz4', 'enable.idempotence=true'],
  ])('carries keys, values and headers, compression %s, %s', async (compression, setting) => {
    const topic = uniqueName('kcat')
    const lines = numbers(200).map((value) => `key-${value}:${value.repeat(10)}`)
    await produce(topic, lines, '-p', '0', '-K:', '-z', compression, '-X', setting, '-H', 'kind=test')
    const format = ['-f', '%o %h %k:%s\\n']
    expect(await consume(topic, '-p', '0', '-X', 'check.crcs=true', ...format)).toEqual(
      lines.map((line, index) => `${index} kind=test ${line}`),
    )
  })

  it('starts where it is told: offset, end, time', async () => {
    const topic = uniqueName('kcat')
    await produce(topic, numbers(10), '-p', '0')
    expect(await consume(topic, '-p', '0', '-o', '7')).toEqual(['7', '8', '9'])
    expect(await consume(topic, '-p', '0', '-o', '-2')).toEqual(['8', '9'])
    expect(await consume(topic, '-p', '0', '-o', 's@1000', '-c', '1')).toEqual(['0'])
    expect(await kcat(['-Q', '-t', `${topic}:0:-1`])).toEqual([`${topic} [0] offset 10`])
  })

  it('carries a record of 900 KB and is told of one that is too large', async () => {
    const topic = uniqueName('kcat')
    const value = 'x'.repeat(900_000)
    await produce(topic, [value], '-p', '0')
    expect((await consume(topic)).map(({ length }) => length)).toEqual([900_000])
    const larger = start(
      ['-P', '-t', topic, '-p', '0', '-X', 'message.max.bytes=5000000'],
      'x'.repeat(1_100_000),
    )
    expect((await larger.ended).complaint).toContain('Message size too large')
  })

  it('shares a topic in a group, and a later member goes on at the committed offsets', async () => {
    const [topic, group] = [uniqueName('kcat'), uniqueName('group')]
    for (const partition of [0, 1, 2]) await produce(topic, [`first-${partition}`], '-p', String(partition))
    const join = (...more: string[]) =>
      start([
        '-X',
        'auto.offset.reset=earliest',
        '-X',
        'heartbeat.interval.ms=50',
        '-u',
        ...more,
        '-G',
        group,
        topic,
      ])
    const one = join()
    await one.lines.until(({ length }) => length === 3)
    const two = join()
    const rounds = async (enough: () => boolean) => {
      for (let round = 0; !enough(); round++) {
        for (const partition of [0, 1, 2])
          await produce(topic, [`round-${round}-${partition}`], '-p', String(partition))
      }
    }
    await rounds(() => two.lines.items.length > 0)
    two.child.kill('SIGINT')
    one.child.kill('SIGINT')
    expect((await Promise.all([one.ended, two.ended])).map(({ code }) => code)).toEqual([0, 0])
    const before = new Set([...one.lines.items, ...two.lines.items])

    await engine.restart()
    for (const partition of [0, 1, 2]) await produce(topic, [`last-${partition}`], '-p', String(partition))
    const three = join()
    await three.lines.until((lines) => lines.filter((line) => line.startsWith('last-')).length === 3)
    three.child.kill('SIGINT')
    await three.ended
    expect(three.lines.items.filter((line) => before.has(line))).toEqual([])
    const produced = await consume(topic)
    expect([...before, ...three.lines.items].sort()).toEqual(produced.sort())
  })
})
