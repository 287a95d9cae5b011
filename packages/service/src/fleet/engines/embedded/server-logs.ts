import { join } from 'node:path'
import { type Clock, type Disk, lineLogger, type Logger, type LogLevel } from '@sluice/effects'
import { serverLogBytesMax, serverLogFilesMax, serverLogName } from '../../processes/log-tail.ts'
import { type RollingLog, rollingLog } from '../../processes/rolling-log.ts'
import { directoriesBelow } from '../supervision/node-directories.ts'
import { directoryNameOf, keyOf } from './nodes.ts'

/**
 * The server.log of each broker that shares the service's process: what it logs from INFO on, as brokers with a process
 * have one, beside what of it the service logs.
 */
export class ServerLogs {
  readonly #options: { disk: Disk; clock: Clock; directory: string }
  readonly #logs = new Map<number, RollingLog>()

  constructor(options: { disk: Disk; clock: Clock; directory: string }) {
    this.#options = options
  }

  /** A logger whose children that are a broker's write that one's file too. */
  beside(service: Logger): Logger {
    return spread([service], (fields, own) => {
      const child = service.with(fields, own)
      const { broker } = fields
      return typeof broker === 'number' ? both(child, this.of(broker, own)) : this.beside(child)
    })
  }

  /** `own`: a level that somebody has asked for of this broker (KIP-412). */
  of(broker: number, own?: () => LogLevel | null): Logger {
    const { clock } = this.#options
    return lineLogger(
      (line) => this.#logOf(broker).write(line),
      () => own?.() ?? 'info',
      () => clock.now(),
    )
  }

  close(broker: number): void {
    this.#logs.get(broker)?.close()
    this.#logs.delete(broker)
  }

  closeAll(): void {
    for (const broker of [...this.#logs.keys()]) this.close(broker)
  }

  #logOf(broker: number): RollingLog {
    const known = this.#logs.get(broker)
    if (known) return known
    const { disk, directory } = this.#options
    const { logs } = directoriesBelow(directory, directoryNameOf(keyOf(broker)))
    disk.mkdirSync(logs)
    const bounds = { bytesMax: serverLogBytesMax, filesMax: serverLogFilesMax }
    const log = rollingLog(disk, join(logs, serverLogName), bounds)
    this.#logs.set(broker, log)
    return log
  }
}

function both(service: Logger, file: Logger): Logger {
  return spread([service, file], (fields, own) => both(service.with(fields, own), file.with(fields, own)))
}

/** The first says which level there is. */
function spread(loggers: readonly [Logger, ...Logger[]], withFields: Logger['with']): Logger {
  const at =
    (level: LogLevel): Logger['info'] =>
    (message, fields) => {
      for (const logger of loggers) logger[level](message, fields)
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    get level() {
      return loggers[0].level
    },
    with: withFields,
  }
}
