import { AllocateProducerIds, ErrorCode, addInt64, type Int64 } from '@sluice/wire'
import type { ControllerChannel } from '../metadata/controller-channel.ts'

/** Hands out producer ids from blocks that the controller has written down, so that none is given twice. */
export class ProducerIds {
  readonly #brokerId: number
  readonly #brokerEpoch: () => Int64
  readonly #controller: ControllerChannel
  #next: Int64 = 0
  /** Exclusive. */
  #end: Int64 = 0
  #allocating: Promise<number> | null = null

  constructor(options: { brokerId: number; brokerEpoch: () => Int64; controller: ControllerChannel }) {
    this.#brokerId = options.brokerId
    this.#brokerEpoch = options.brokerEpoch
    this.#controller = options.controller
  }

  /** The next producer id, or a wire error code. */
  async next(): Promise<{ producerId: Int64 } | { error: number }> {
    while (this.#next >= this.#end) {
      this.#allocating ??= this.#allocate().finally(() => {
        this.#allocating = null
      })
      const error = await this.#allocating
      if (error !== ErrorCode.NONE) return { error }
    }
    const producerId = this.#next
    this.#next = addInt64(producerId, 1)
    return { producerId }
  }

  async #allocate(): Promise<number> {
    const block = await this.#controller.request(AllocateProducerIds, AllocateProducerIds.maxVersion, {
      brokerId: this.#brokerId,
      brokerEpoch: this.#brokerEpoch(),
    })
    if (block.errorCode !== ErrorCode.NONE) return block.errorCode
    this.#next = block.producerIdStart
    this.#end = addInt64(block.producerIdStart, block.producerIdLen)
    return ErrorCode.NONE
  }
}
