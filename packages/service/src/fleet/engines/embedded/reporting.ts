import type { Clock, Disk, Logger, Timer } from '@sluice/effects'
import type { DiskFailure, Loss, MetadataDamagedError } from '@sluice/engine'
import type { NodeDirectories } from '../supervision/node-directories.ts'
import { emptyReport, type NodeReport, writeReport } from './node-file.ts'

const followMs = 1_000

/** Keeps a node's report true. What the disk does not take is written as soon as it does: no node ends for its report. */
export class Reporting {
  readonly #options: { disk: Disk; clock: Clock; logger: Logger; directories: NodeDirectories }
  #report: NodeReport = emptyReport
  #written: NodeReport | null = null
  #timer: Timer | null = null

  constructor(options: { disk: Disk; clock: Clock; logger: Logger; directories: NodeDirectories }) {
    this.#options = options
  }

  lost(loss: Loss): void {
    this.#tell({ losses: [...this.#report.losses, loss] })
  }

  damaged({ message, isAcceptable }: MetadataDamagedError): void {
    this.#tell({ damage: { message, isAcceptable } })
  }

  failed({ message }: Error): void {
    this.#tell({ failure: message })
  }

  registered(brokerEpoch: number): void {
    this.#tell({ brokerEpoch })
  }

  /** From now on looks at what tells nobody when it changes. */
  follow(diskFailure: () => DiskFailure | null): void {
    this.#timer = this.#options.clock.schedule(followMs, () => {
      const now = diskFailure()
      if (now?.sinceMs !== this.#report.diskFailure?.sinceMs) this.#tell({ diskFailure: now })
      else this.#write()
      this.follow(diskFailure)
    })
  }

  end(): void {
    this.#timer?.cancel()
  }

  #tell(news: Partial<NodeReport>): void {
    this.#report = { ...this.#report, ...news }
    this.#write()
  }

  #write(): void {
    if (this.#written === this.#report) return
    const { disk, directories, logger } = this.#options
    try {
      writeReport(disk, directories, this.#report)
      this.#written = this.#report
    } catch (error) {
      logger.debug('the report of this node cannot be written', { error })
    }
  }
}
