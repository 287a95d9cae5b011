import { join } from 'node:path'
import type { Clock, Disk, Logger, Timer } from '@sluice/effects'
import type { StartedBroker } from '@sluice/engine'
import type { BrokerFigures } from '../cluster-view.ts'
import type { NodeDirectories } from '../supervision/node-directories.ts'

/** Four times a minute, which is as often as anybody asks. */
const writtenMs = 15_000

interface FiguresFileOptions {
  broker: Pick<StartedBroker, 'figures'>
  directories: NodeDirectories
  disk: Disk
  clock: Clock
  logger: Logger
}

/** How a broker with a process of its own tells what it counts: by a file beside its report. */
export class FiguresFile {
  readonly #options: FiguresFileOptions
  #written = ''
  #timer: Timer | null = null

  constructor(options: FiguresFileOptions) {
    this.#options = options
    this.#write()
  }

  end(): void {
    this.#timer?.cancel()
  }

  #write(): void {
    const { broker, directories, disk, clock, logger } = this.#options
    this.#timer = clock.schedule(writtenMs, () => this.#write())
    const text = JSON.stringify(broker.figures())
    if (text === this.#written) return
    try {
      disk.writeFileAtomicSync(pathIn(directories), text, { durable: false })
      this.#written = text
    } catch (error) {
      logger.debug('what this broker counts cannot be written', { error })
    }
  }
}

/** Nothing where there are none, or half of them after a power cut. */
export function readFigures(disk: Disk, directories: NodeDirectories): BrokerFigures[] {
  try {
    return [JSON.parse(disk.readFileSync(pathIn(directories)).toString()) as BrokerFigures]
  } catch {
    return []
  }
}

/** Before each start: those of the process before say nothing of the next one. */
export function removeFigures(disk: Disk, directories: NodeDirectories): void {
  disk.removeSync(pathIn(directories))
}

function pathIn({ node }: NodeDirectories): string {
  return join(node, 'figures.json')
}
