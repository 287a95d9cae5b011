import type {
  GetCompatibleKafkaVersionsRequest,
  GetCompatibleKafkaVersionsResponse,
} from '@aws-sdk/client-kafka'
import type { Engine } from '../../../fleet/engines/engine.ts'
import { clusterOf } from '../operation.ts'
import { exceptionOf } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * The versions that a cluster can be updated to. Without an ARN: every version with its targets, of the engine that runs
 * clusters that do not ask for another; with one: a single entry.
 */
export const getCompatibleKafkaVersions =
  (services: Pick<Services, 'clusters'>) =>
  (input: GetCompatibleKafkaVersionsRequest): GetCompatibleKafkaVersionsResponse => {
    const { clusters } = services
    if (input.ClusterArn === undefined) {
      const engine = clusters.engines.default
      return { CompatibleKafkaVersions: engine.kafkaVersions.map(({ version }) => targets(engine, version)) }
    }
    const record = clusterOf(services, input.ClusterArn)
    const engine = clusters.engineOf(record)
    if ('refusal' in engine) throw exceptionOf(engine.refusal)
    return { CompatibleKafkaVersions: [targets(engine, record.spec.kafkaVersion)] }
  }

function targets(engine: Engine, version: string) {
  return { SourceVersion: version, TargetVersions: [...engine.compatibleVersions(version)] }
}
