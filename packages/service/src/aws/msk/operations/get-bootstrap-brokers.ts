import type { GetBootstrapBrokersRequest, GetBootstrapBrokersResponse } from '@aws-sdk/client-kafka'
import { clientListenersOf } from '../../../fleet/clusters/client-listeners.ts'
import { unreachableSentence } from '../../../fleet/clusters/cluster-spec.ts'
import type { ClientListenerName } from '../../../fleet/engines/engine.ts'
import { badRequest } from '../exceptions.ts'
import { isServing, bootstrapOf } from '../cluster-shapes.ts'
import { clusterOf } from '../operation.ts'
import type { Services } from '../services.ts'

/**
 * `host:port` of one broker in each zone, for each kind of listener that is open; of larger clusters too.
 *
 * Refuses, in this order: the ARN; a cluster that does not serve in its state; one without a listener that is served.
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
    const engine = services.clusters.engines.of(record.engine)
    const listeners = engine ? clientListenersOf(record.spec, engine) : []
    if (listeners.length === 0) throw badRequest(unreachableSentence(record.spec), 'clusterArn')
    return Object.fromEntries(
      listeners.map((name) => [bootstrapMembers[name], bootstrapOf(record, name, services.clusters)]),
    )
  }

/** Where the answer names each of them (MSK Developer Guide, "Get the bootstrap brokers"). */
const bootstrapMembers = {
  CLIENT: 'BootstrapBrokerString',
  CLIENT_SECURE: 'BootstrapBrokerStringTls',
  CLIENT_SASL_SCRAM: 'BootstrapBrokerStringSaslScram',
  CLIENT_IAM: 'BootstrapBrokerStringSaslIam',
} as const satisfies Record<ClientListenerName, keyof GetBootstrapBrokersResponse>
