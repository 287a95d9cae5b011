import type { Clock, Disk, Logger, Timer } from '@sluice/effects'
import type { StartedBroker } from '@sluice/engine'
import { readNodeFile } from './node-file.ts'

/** A volume that grows has grown after this time at the latest. */
const checkIntervalMs = 1_000

interface FollowedVolumeOptions {
  /** Of the node's file. */
  path: string
  sizeBytes: number | undefined
  broker: Pick<StartedBroker, 'resizeVolume'>
  disk: Disk
  clock: Clock
  logger: Logger
}

/** How a broker with a process of its own hears of the size of its volume: by its file, which the service writes anew. */
export class FollowedVolume {
  readonly #options: FollowedVolumeOptions
  #sizeBytes: number | undefined
  #timer: Timer | null = null

  constructor(options: FollowedVolumeOptions) {
    this.#options = options
    this.#sizeBytes = options.sizeBytes
    this.#wait()
  }

  end(): void {
    this.#timer?.cancel()
  }

  #wait(): void {
    this.#timer = this.#options.clock.schedule(checkIntervalMs, () => {
      this.#look()
      this.#wait()
    })
  }

  /** Half a file, or one that is away, leaves everything as it was. */
  #look(): void {
    const { disk, path, logger, broker } = this.#options
    let sizeBytes: number | undefined
    try {
      sizeBytes = readNodeFile(disk, path).volumeBytes
    } catch (error) {
      logger.debug('cannot read how large the volume is', { error })
      return
    }
    if (sizeBytes === undefined || sizeBytes === this.#sizeBytes) return
    this.#sizeBytes = sizeBytes
    broker.resizeVolume(sizeBytes)
    logger.info('the volume has another size', { bytes: sizeBytes })
  }
}
