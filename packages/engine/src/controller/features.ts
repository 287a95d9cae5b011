import { ErrorCode, FeatureLevelRecord, type RequestOf, type ResponseOf, UpdateFeatures } from '@sluice/wire'
import { supportedFeatures } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import { type Decision, Refusal } from './decision.ts'

type Update = RequestOf<typeof UpdateFeatures>['featureUpdates'][number]

/** Upgrade types of UpdateFeatures. */
const upgrade = 1
const unsafeDowngrade = 3
/** From this version on an update says what kind it is, not only whether it may go down. */
const upgradeTypeVersionMin = 1
/** From this version on the answer has one outcome for all updates (KIP-1022). */
const oneOutcomeVersionMin = 2

/** Finalized feature levels (KIP-584). All updates of a request happen, or none. */
export class FeaturesManager {
  readonly #image: MetadataImage
  readonly #nodeId: number

  constructor(options: { image: MetadataImage; nodeId: number }) {
    this.#image = options.image
    this.#nodeId = options.nodeId
  }

  update(
    request: RequestOf<typeof UpdateFeatures>,
    version: number,
  ): Decision<ResponseOf<typeof UpdateFeatures>> {
    const records: NewRecord[] = []
    for (const update of request.featureUpdates) {
      const planned = this.#plan(update, version)
      if (planned instanceof Refusal) return this.#failed(planned, request, version)
      if (planned) records.push(planned)
    }
    const results = request.featureUpdates.map(({ feature }) => ({
      feature,
      errorCode: ErrorCode.NONE,
      errorMessage: null,
    }))
    return {
      records: request.validateOnly ? [] : records,
      response: {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        errorMessage: null,
        results: version < oneOutcomeVersionMin ? results : [],
      },
    }
  }

  /** null: the level stands already. */
  #plan(update: Update, version: number): NewRecord | Refusal | null {
    const { feature: name, maxVersionLevel: level } = update
    const refuse = (why: string) =>
      new Refusal(
        ErrorCode.INVALID_UPDATE_VERSION,
        `Invalid update version ${level} for feature ${name}. ${why}`,
      )
    const range = supportedFeatures.find((feature) => feature.name === name)
    if (!range) return refuse(`Local controller ${this.#nodeId} does not support this feature.`)
    const current = this.#image.features.get(name) ?? 0
    if (level === current) return null
    // Level 0 takes a feature out again, whatever the lowest level is that works.
    if ((level !== 0 && level < range.minSupportedVersion) || level > range.maxSupportedVersion)
      return refuse(
        `Local controller ${this.#nodeId} only supports versions ${range.minSupportedVersion}-${range.maxSupportedVersion}`,
      )
    const upgradeType =
      version >= upgradeTypeVersionMin
        ? update.upgradeType
        : update.allowDowngrade
          ? unsafeDowngrade
          : upgrade
    if (level < current && upgradeType === upgrade) return refuse('A downgrade has to be asked for as one.')
    if (level < range.minSupportedVersion) return refuse('The cluster cannot do without this feature.')
    return newRecord(FeatureLevelRecord, { name, featureLevel: level })
  }

  #failed(
    why: Refusal,
    request: RequestOf<typeof UpdateFeatures>,
    version: number,
  ): Decision<ResponseOf<typeof UpdateFeatures>> {
    const errorMessage = `The update failed for all features since the following feature had an error: ${why.message}`
    const results = request.featureUpdates.map(({ feature }) => ({
      feature,
      errorCode: why.error,
      errorMessage,
    }))
    return {
      records: [],
      response: {
        throttleTimeMs: 0,
        errorCode: why.error,
        errorMessage,
        results: version < oneOutcomeVersionMin ? results : [],
      },
    }
  }
}

export const featureRequests: readonly ControllerRequest<FeaturesManager>[] = [
  controllerRequest({
    api: UpdateFeatures,
    decide: (features: FeaturesManager, asked, { version }) => features.update(asked, version),
    refuse: (_asked, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      results: [],
    }),
  }),
]
