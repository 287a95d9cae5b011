import type { GetBootstrapBrokersRequest, GetBootstrapBrokersResponse } from '@aws-sdk/client-kafka'
import { hasPlaintextListener, plaintextSentence } from '../../../fleet/clusters/cluster-spec.ts'
import { badRequest } from '../exceptions.ts'
import { isServing, plaintextBootstrap } from '../cluster-shapes.ts'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * `host:port` of one broker in each zone, for each kind of listener that is open; of larger clusters too.
 *
 * Refuses, in this order: the ARN; a cluster that does not serve in its state; one without a listener that is served yet.
 */
export const getBootstrapBrokers =
  (services: Pick<Services, 'clusters'>) =>
  (input: GetBootstrapBrokersRequest): GetBootstrapBrokersResponse => {
    const record = clusterOf(services, input.ClusterArn)
    if (!isServing(record))
      throw badRequest(
        `You can't get bootstrap broker nodes for a cluster in ${record.state} state.`,
        'clusterArn',
      )
    if (!hasPlaintextListener(record.spec)) throw badRequest(plaintextSentence, 'clusterArn')
    return { BootstrapBrokerString: plaintextBootstrap(record, services.clusters) }
  }
