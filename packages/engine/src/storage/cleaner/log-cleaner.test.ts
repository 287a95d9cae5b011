import { MemoryDisk, seededRandom, silentLogger, TestClock } from '@sluice/effects'
import { describe, expect, test } from 'vitest'
import type { LogConfig } from '../log-config.ts'
import { LogManager } from '../log-manager.ts'
import type { Log } from '../log.ts'
import { defaultLogConfig } from '../testing/default-log-config.ts'
import { append, batchOf, readAll, startMs, valuesOf } from '../testing/log-context.ts'

const topicId = 'chyLy7VFSqemP2m8TTSy3w'
const events = { topic: 'events', partition: 0 }
const backoffMs = 15_000

const brokerConfig: Record<string, number> = {
  'log.cleaner.backoff.ms': backoffMs,
  'log.cleaner.dedupe.buffer.size': 1 << 20,
  'log.cleaner.io.buffer.load.factor': 0.9,
  'log.cleaner.io.buffer.size': 4096,
  'log.cleaner.io.max.bytes.per.second': Number.MAX_VALUE,
  'log.retention.check.interval.ms': 1_000,
  'log.initial.task.delay.ms': 1_000,
}

class Node {
  readonly clock = new TestClock(startMs)
  disk = new MemoryDisk(() => this.clock.now())
  logConfig: LogConfig = {
    ...defaultLogConfig,
    cleanupPolicy: { compact: true, delete: false },
    segmentBytes: 400,
  }
  manager: LogManager
  isEnabled = true

  readonly #onLoss: (loss: unknown) => void

  constructor(properties: Record<string, number> = {}, onLoss: (loss: unknown) => void = () => {}) {
    this.#onLoss = onLoss
    this.manager = this.#manager(properties)
  }

  #manager(properties: Record<string, number>): LogManager {
    const number = (name: string) => properties[name] ?? brokerConfig[name] ?? 2 ** 40
    return new LogManager({
      disk: this.disk,
      clock: this.clock,
      logger: silentLogger,
      random: seededRandom(1),
      directory: '/volume-1',
      nodeId: 1,
      clusterId: 'c2x1aWNlLWdvbGRlbi0wMQ',
      config: { long: number, double: number, boolean: () => this.isEnabled },
      configFor: () => this.logConfig,
      onLoss: this.#onLoss,
    })
  }

  async start(): Promise<Log> {
    await this.manager.load(new AbortController().signal)
    return this.manager.getOrCreate(events, topicId)
  }

  async startAgain(): Promise<Log> {
    this.manager = this.#manager({})
    return this.start()
  }

  async becomes(isSo: () => boolean, stepMs = 0): Promise<void> {
    for (let tries = 0; !isSo(); tries++) {
      if (tries === 10_000) throw new Error(`it does not come: ${this.checkpoint()}`)
      await this.clock.advance(stepMs)
    }
  }

  checkpoint(): string {
    return this.disk.readFileSync('/volume-1/cleaner-offset-checkpoint').toString()
  }
}

/** `count` batches of the same two keys, several a segment. */
function fill(log: Log, count: number): void {
  for (let i = 0; i < count; i++) append(log, batchOf(2, { value: `v${i}` }))
}

describe('the log cleaner of a broker', () => {
  test('looks from time to time, cleans what is due and keeps account in the checkpoint', async () => {
    const node = new Node()
    const log = await node.start()
    fill(log, 20)
    await node.clock.advance(backoffMs)
    await node.becomes(() => node.checkpoint() === '0\n1\nevents 0 32\n')
    expect(valuesOf(readAll(log)).slice(-10)).toContain('v19-1')
    expect(valuesOf(readAll(log, 0, 32))).toEqual(['v15-0', 'v15-1'])
    // The next start goes on from there, and has nothing to do.
    node.manager.stop({ clean: true })
    const again = await node.startAgain()
    const before = readAll(again)
    await node.clock.advance(backoffMs * 3)
    expect(readAll(again)).toEqual(before)
    expect(node.checkpoint()).toBe('0\n1\nevents 0 32\n')
  })

  test('does nothing where log.cleaner.enable is false, nor to other topics', async () => {
    const node = new Node()
    node.isEnabled = false
    const log = await node.start()
    fill(log, 20)
    await node.clock.advance(backoffMs * 3)
    expect(valuesOf(readAll(log))).toHaveLength(40)
    node.manager.stop({ clean: true })
    node.isEnabled = true
    node.logConfig = { ...node.logConfig, cleanupPolicy: { compact: false, delete: true } }
    const again = await node.startAgain()
    await node.clock.advance(backoffMs * 3)
    expect(valuesOf(readAll(again))).toHaveLength(40)
  })

  test('begins and ends with the policy of the topic; what has holes by then loses nothing more', async () => {
    const node = new Node()
    const log = await node.start()
    fill(log, 20)
    const compacted = node.logConfig
    log.updateConfig({ ...compacted, cleanupPolicy: { compact: false, delete: true } })
    await node.clock.advance(backoffMs)
    expect(valuesOf(readAll(log))).toHaveLength(40)
    log.updateConfig(compacted)
    await node.clock.advance(backoffMs)
    await node.becomes(() => node.checkpoint() === '0\n1\nevents 0 32\n')
    node.logConfig = { ...compacted, cleanupPolicy: { compact: false, delete: true } }
    log.updateConfig(node.logConfig)
    const left = readAll(log)
    node.manager.stop({ clean: false })
    expect(readAll(await node.startAgain())).toEqual(left)
  })

  test('of what a cleaning has done before its topic was not compacted any more nothing passes for lost', async () => {
    const losses: unknown[] = []
    const node = new Node({ 'log.cleaner.io.max.bytes.per.second': 1_000 }, (loss) => losses.push(loss))
    const log = await node.start()
    fill(log, 20)
    const { segmentCount } = log
    await node.clock.advance(backoffMs)
    await node.becomes(() => log.store.segments.some(({ size }) => size === 0), 50)
    expect(log.segmentCount).toBe(segmentCount)
    node.logConfig = { ...node.logConfig, cleanupPolicy: { compact: false, delete: true } }
    log.updateConfig(node.logConfig)
    await node.clock.advance(backoffMs)
    const left = readAll(log)
    expect(left.length).toBeGreaterThan(4)
    node.manager.stop({ clean: true })
    expect(readAll(await node.startAgain())).toEqual(left)
    expect(losses).toEqual([])
  })

  test('with both policies old segments go as well', async () => {
    const node = new Node()
    node.logConfig = {
      ...node.logConfig,
      cleanupPolicy: { compact: true, delete: true },
      retentionMs: backoffMs * 2,
    }
    const log = await node.start()
    fill(log, 20)
    await node.clock.advance(backoffMs)
    await node.becomes(() => node.checkpoint() === '0\n1\nevents 0 32\n')
    expect(log.logStartOffset).toBe(0)
    await node.clock.advance(backoffMs * 2)
    expect(log.logStartOffset).toBe(40)
  })

  test('holds itself to log.cleaner.io.max.bytes.per.second', async () => {
    const node = new Node({ 'log.cleaner.io.max.bytes.per.second': 1_000 })
    const log = await node.start()
    fill(log, 20)
    // About 2 KB are read twice, and little is written.
    await node.clock.advance(backoffMs)
    await node.clock.advance(2_000)
    expect(node.checkpoint()).toBe('0\n1\nevents 0 0\n')
    await node.clock.advance(6_000)
    await node.becomes(() => node.checkpoint() === '0\n1\nevents 0 32\n')
  })

  test('lets go of a log that is deleted, and of all where the broker stops', async () => {
    for (const end of ['delete', 'stop'] as const) {
      const node = new Node({ 'log.cleaner.io.max.bytes.per.second': 1_000 })
      const log = await node.start()
      fill(log, 20)
      await node.clock.advance(backoffMs)
      const isCleaning = () => node.disk.existsSync('/volume-1/events-0/00000000000000000000.log.cleaned')
      await node.becomes(isCleaning, 50)
      if (end === 'delete') node.manager.delete(events)
      else node.manager.stop({ clean: true })
      const left = node.disk.readdirSync(log.directory).map(({ name }) => name)
      expect(left.filter((name) => /cleaned|swap/.test(name))).toEqual([])
      await node.clock.advance(backoffMs)
    }
  })

  test('a log that cannot be read stays as it is, and the others are cleaned', async () => {
    const node = new Node()
    const log = await node.start()
    const other = node.manager.getOrCreate({ topic: 'other', partition: 0 }, 'AAAAAAAAAAAAAAAAAAAAZw')
    fill(log, 20)
    fill(other, 18)
    const file = node.disk.openSync(`${log.directory}/00000000000000000000.log`, 'write')
    file.writeSync(Buffer.from([255]), 80)
    await node.clock.advance(backoffMs)
    await node.becomes(() => node.checkpoint() === '0\n2\nevents 0 0\nother 0 32\n')
    expect(log.segmentCount).toBeGreaterThan(3)
  })
})
