import type {
  GetCompatibleKafkaVersionsRequest,
  GetCompatibleKafkaVersionsResponse,
} from '@aws-sdk/client-kafka'
import { targetVersions } from '../../../fleet/clusters/changes/kafka-version.ts'
import { clusterOf } from '../operation.ts'
import { exceptionOf } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * The versions that a cluster can be updated to. Without an ARN: every version with its targets, of the engine that runs
 * clusters that do not ask for another; with one: a single entry, of what its brokers' type is for.
 */
export const getCompatibleKafkaVersions =
  ({ clusters }: Pick<Services, 'clusters'>) =>
  ({ ClusterArn }: GetCompatibleKafkaVersionsRequest): GetCompatibleKafkaVersionsResponse => {
    if (ClusterArn === undefined) {
      const engine = clusters.engines.default
      return {
        CompatibleKafkaVersions: engine.kafkaVersions.map(({ version }) => ({
          SourceVersion: version,
          TargetVersions: [...engine.compatibleVersions(version)],
        })),
      }
    }
    const { spec, ...record } = clusterOf({ clusters }, ClusterArn)
    const engine = clusters.engineOf(record)
    if ('refusal' in engine) throw exceptionOf(engine.refusal)
    return {
      CompatibleKafkaVersions: [
        { SourceVersion: spec.kafkaVersion, TargetVersions: targetVersions(spec, engine) },
      ],
    }
  }
