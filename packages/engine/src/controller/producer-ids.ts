import {
  AllocateProducerIds,
  ErrorCode,
  ProducerIdsRecord,
  type RequestOf,
  type ResponseOf,
  addInt64,
} from '@sluice/wire'
import type { MetadataImage } from '../metadata/image.ts'
import { newRecord } from '../metadata/records.ts'
import type { BrokersManager } from './brokers.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'

/** How many ids a broker gets at once (KIP-730). What it has not used when it stops is lost. */
const blockLength = 1000

/** Gives out producer ids in blocks, each once for all times. */
export class ProducerIdsManager {
  readonly #image: MetadataImage
  readonly #brokers: BrokersManager

  constructor(options: { image: MetadataImage; brokers: BrokersManager }) {
    this.#image = options.image
    this.#brokers = options.brokers
  }

  allocate(request: RequestOf<typeof AllocateProducerIds>): Decision<ResponseOf<typeof AllocateProducerIds>> {
    const { brokerId, brokerEpoch } = request
    const start = this.#image.nextProducerId
    const response = { throttleTimeMs: 0, producerIdStart: 0, producerIdLen: 0 }
    if (!this.#brokers.isCurrent(brokerId, brokerEpoch))
      return { records: [], response: { ...response, errorCode: ErrorCode.STALE_BROKER_EPOCH } }
    const record = newRecord(ProducerIdsRecord, {
      brokerId,
      brokerEpoch,
      nextProducerId: addInt64(start, blockLength),
    })
    return {
      records: [record],
      response: {
        ...response,
        errorCode: ErrorCode.NONE,
        producerIdStart: start,
        producerIdLen: blockLength,
      },
    }
  }
}

export const producerIdRequests: readonly ControllerRequest<ProducerIdsManager>[] = [
  controllerRequest({
    api: AllocateProducerIds,
    decide: (producerIds: ProducerIdsManager, asked) => producerIds.allocate(asked),
    refuse: (_asked, errorCode) => ({
      throttleTimeMs: 0,
      errorCode,
      producerIdStart: 0,
      producerIdLen: 0,
    }),
  }),
]
