import {
  BeginTransactionRecord,
  ConfigRecord,
  ConfigResourceType,
  EndTransactionRecord,
  ErrorCode,
  FeatureLevelRecord,
  type RequestOf,
  type ResponseOf,
  UpdateFeatures,
} from '@sluice/wire'
import { type BrokerConfig, ConfigSource } from '../metadata/configs.ts'
import {
  bootstrapFeatures,
  eligibleLeaderReplicasFeature,
  kraftVersionFeature,
  supportedFeatures,
} from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import { type NewRecord, newRecord } from '../metadata/records.ts'
import { type ControllerRequest, controllerRequest } from './controller-request.ts'
import type { Decision } from './decision.ts'

type UpdateRequest = RequestOf<typeof UpdateFeatures>
type UpdateResponse = ResponseOf<typeof UpdateFeatures>
type Update = UpdateRequest['featureUpdates'][number]

/** Upgrade types of UpdateFeatures. */
const UpgradeType = { upgrade: 1, safeDowngrade: 2, unsafeDowngrade: 3 } as const
/** From this version on an update says what kind it is, not only whether it may go down. */
const upgradeTypeVersionMin = 1
/** From this version on the answer has one outcome for all updates (KIP-1022). */
const oneOutcomeVersionMin = 2
const minIsr = 'min.insync.replicas'

/** Finalized feature levels (KIP-584). All updates of a request happen, or none. */
export class FeaturesManager {
  readonly #image: MetadataImage
  readonly #config: BrokerConfig
  readonly #nodeId: number

  constructor(options: { image: MetadataImage; config: BrokerConfig; nodeId: number }) {
    this.#image = options.image
    this.#config = options.config
    this.#nodeId = options.nodeId
  }

  /** What a new cluster begins with. Written as a transaction, so that a reader sees all of it at once. */
  bootstrapRecords(): NewRecord[] {
    return [
      newRecord(BeginTransactionRecord, { name: 'Bootstrap records' }),
      ...bootstrapFeatures.map(({ name, level }) =>
        newRecord(FeatureLevelRecord, { name, featureLevel: level }),
      ),
      ...this.#minIsrRecords(),
      newRecord(EndTransactionRecord, {}),
    ]
  }

  update(request: UpdateRequest, version: number): Decision<UpdateResponse> {
    const records: NewRecord[] = []
    // As in Apache Kafka's map of updates, the last one of a name counts.
    const updates = new Map(request.featureUpdates.map((update) => [update.feature, update]))
    for (const update of updates.values()) {
      const problem = this.#problem(update, version)
      if (problem !== null) return failed(update, problem)
      const { feature: name, maxVersionLevel: featureLevel } = update
      if (name === eligibleLeaderReplicasFeature && featureLevel > 0)
        records.unshift(...this.#minIsrRecords())
      // The quorum's own level stands in no feature record, and there is but one.
      if (name !== kraftVersionFeature) records.push(newRecord(FeatureLevelRecord, { name, featureLevel }))
    }
    const results = [...updates.keys()].map((feature) => ({
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

  /** In the order of Apache Kafka's checks; null: the level may be. */
  #problem(update: Update, version: number): string | null {
    const { feature: name, maxVersionLevel: level } = update
    const type = upgradeTypeOf(update, version)
    const current = this.#image.features.get(name) ?? 0
    if (!Object.values<number>(UpgradeType).includes(type))
      return 'The controller does not support the given upgrade type.'
    if (level < 0) return 'A feature version cannot be less than 0.'
    const unsupported = this.#unsupported(name, level)
    if (unsupported !== null) return unsupported
    if (level < current && type === UpgradeType.upgrade)
      return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade."
    if (level > current && type !== UpgradeType.upgrade) return "Can't downgrade to a newer version."
    return null
  }

  /** Everybody must be able to work at the level. */
  #unsupported(name: string, level: number): string | null {
    const nodes = [
      { who: `Local controller ${this.#nodeId}`, features: supportedFeatures },
      ...this.#image.brokers().map(({ id, features }) => ({ who: `Broker ${id}`, features })),
      ...this.#image
        .controllers()
        .filter(({ controllerId }) => controllerId !== this.#nodeId)
        .map(({ controllerId, features }) => ({ who: `Controller ${controllerId}`, features })),
    ]
    for (const { who, features } of nodes) {
      const range = features.find((feature) => feature.name === name)
      const { minSupportedVersion: min, maxSupportedVersion: max } = range ?? none
      if (level >= min && level <= max) continue
      return max === 0
        ? `${who} does not support this feature.`
        : `${who} only supports versions ${min}-${max}`
    }
    return null
  }

  #staticMinIsr(): string {
    const layers = this.#config.brokerLayers([{ name: minIsr, multiplier: 1 }])
    return layers.find(({ source }) => source >= ConfigSource.staticBroker)?.value ?? '1'
  }

  /**
   * Whether a replica is eligible depends on the min.insync.replicas that the controller knows. So it becomes a dynamic
   * config of all brokers, and no broker has one of its own (KIP-966).
   */
  #minIsrRecords(): NewRecord[] {
    const { configs } = this.#image
    const record = (resourceName: string, value: string | null) =>
      newRecord(ConfigRecord, { resourceType: ConfigResourceType.broker, resourceName, name: minIsr, value })
    const own = configs
      .resources(ConfigResourceType.broker)
      .filter(({ type, name }) => name !== '' && configs.of(type, name).has(minIsr))
    return [
      ...(configs.of(ConfigResourceType.broker, '').has(minIsr) ? [] : [record('', this.#staticMinIsr())]),
      ...own.map(({ name }) => record(name, null)),
    ]
  }
}

const none = { minSupportedVersion: 0, maxSupportedVersion: 0 }

function upgradeTypeOf({ upgradeType, allowDowngrade }: Update, version: number): number {
  if (version >= upgradeTypeVersionMin) return upgradeType
  return allowDowngrade ? UpgradeType.unsafeDowngrade : UpgradeType.upgrade
}

function failed({ feature, maxVersionLevel }: Update, problem: string): Decision<UpdateResponse> {
  const errorMessage = `The update failed for all features since the following feature had an error: Invalid update version ${maxVersionLevel} for feature ${feature}. ${problem}`
  const errorCode = ErrorCode.INVALID_UPDATE_VERSION
  return { records: [], response: { throttleTimeMs: 0, errorCode, errorMessage, results: [] } }
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
