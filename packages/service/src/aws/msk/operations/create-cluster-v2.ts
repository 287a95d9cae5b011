import type { CreateClusterV2Request, CreateClusterV2Response } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { checkTags } from '../tags.ts'
import { create } from './create-cluster.ts'

/**
 * CreateCluster with everything that only a provisioned cluster has nested under `provisioned`; both versions of the API
 * know what either made. A serverless cluster is its networks and clients that log in by IAM, and only this version of the
 * API knows it.
 *
 * Refuses both kinds at once and neither (400); then, a provisioned cluster, as CreateCluster does, and a serverless one in
 * this order: tags; the engine that they name; name, networks, authentication; broker properties among the tags; an engine
 * without a listener for IAM (501); a name that is taken (409); too many of them (429).
 */
export const createClusterV2 =
  (services: Pick<Services, 'clusters' | 'logGroups'>) =>
  (input: CreateClusterV2Request): CreateClusterV2Response => {
    const { ClusterName, Tags, Provisioned, Serverless } = input
    if (Serverless && Provisioned)
      throw badRequest('Specify exactly one of provisioned and serverless.', 'serverless')
    if (Serverless) {
      checkTags(Tags ?? {})
      const result = stored('The cluster', () => services.clusters.createServerless(input))
      if ('refusal' in result) throw exceptionOf(result.refusal)
      const { arn, name, state } = result.record
      return { ClusterArn: arn, ClusterName: name, State: state, ClusterType: 'SERVERLESS' }
    }
    if (!Provisioned) throw badRequest('Specify exactly one of provisioned and serverless.', 'provisioned')
    const { arn, name, state } = create(services, { ClusterName, Tags, ...Provisioned })
    return { ClusterArn: arn, ClusterName: name, State: state, ClusterType: 'PROVISIONED' }
  }
