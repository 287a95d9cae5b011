/** What the tests of the log manager share: a node's directory on a disk in memory. */
import { MemoryDisk, TestClock, seededRandom, silentLogger } from '@sluice/effects'
import type { LogConfig } from '../log-config.ts'
import type { LogDirectoryOptions } from '../log-directory.ts'
import { LogManager } from '../log-manager.ts'
import { defaultLogConfig } from './default-log-config.ts'
import { startMs } from './log-context.ts'

export const directory = '/volume-1'
export const topicId = 'chyLy7VFSqemP2m8TTSy3w'
export const otherId = 'AAAAAAAAAAAAAAAAAAAAZw'
const brokerDefaults: Record<string, number> = {
  'log.segment.delete.delay.ms': 60_000,
  'producer.id.expiration.ms': 86_400_000,
  'producer.id.expiration.check.interval.ms': 600_000,
  'log.flush.offset.checkpoint.interval.ms': 60_000,
  'log.flush.start.offset.checkpoint.interval.ms': 60_000,
  'log.initial.task.delay.ms': 30_000,
  'log.retention.check.interval.ms': 300_000,
  'log.flush.scheduler.interval.ms': 2 ** 63,
  'log.cleaner.backoff.ms': 15_000,
  'log.cleaner.dedupe.buffer.size': 134_217_728,
  'log.cleaner.io.buffer.load.factor': 0.9,
  'log.cleaner.io.buffer.size': 524_288,
  'log.cleaner.io.max.bytes.per.second': Number.MAX_VALUE,
}

export class Node {
  readonly clock = new TestClock(startMs)
  readonly disk = new MemoryDisk(() => this.clock.now())
  logConfig: LogConfig = defaultLogConfig

  async open(
    options: Partial<LogDirectoryOptions> = {},
    properties: Record<string, number> = {},
  ): Promise<LogManager> {
    const manager = this.manager(options, properties)
    await manager.load(unaborted)
    return manager
  }

  manager(options: Partial<LogDirectoryOptions> = {}, properties: Record<string, number> = {}): LogManager {
    const long = (name: string): number => {
      const value = properties[name] ?? brokerDefaults[name]
      if (value === undefined) throw new Error(`no default for ${name}`)
      return value
    }
    return new LogManager({
      disk: this.disk,
      clock: this.clock,
      logger: silentLogger,
      random: seededRandom(1),
      directory,
      nodeId: 1,
      clusterId: 'c2x1aWNlLWdvbGRlbi0wMQ',
      config: { long, double: long, boolean: () => true },
      configFor: () => this.logConfig,
      ...options,
    })
  }

  names(path = directory): string[] {
    return this.disk
      .readdirSync(path)
      .map(({ name }) => name)
      .sort()
  }

  text(name: string): string {
    return this.disk.readFileSync(`${directory}/${name}`).toString()
  }
}

export const unaborted: AbortSignal = new AbortController().signal
export const events = { topic: 'events', partition: 0 }
