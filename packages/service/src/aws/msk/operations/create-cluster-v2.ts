import type { CreateClusterV2Request, CreateClusterV2Response } from '@aws-sdk/client-kafka'
import { badRequest, notServed } from '../exceptions.ts'
import type { Services } from '../services.ts'
import { create } from './create-cluster.ts'

/**
 * CreateCluster with everything that only a provisioned cluster has nested under `provisioned`; both versions of the API
 * know what either made.
 *
 * Refuses both kinds at once and neither (400), and `serverless` (501); then as CreateCluster does.
 */
export const createClusterV2 =
  (services: Pick<Services, 'clusters' | 'logGroups'>) =>
  (input: CreateClusterV2Request): CreateClusterV2Response => {
    const { ClusterName, Tags, Provisioned, Serverless } = input
    if (Serverless && Provisioned)
      throw badRequest('Specify exactly one of provisioned and serverless.', 'serverless')
    if (Serverless) throw notServed('A serverless cluster', 'serverless')
    if (!Provisioned) throw badRequest('Specify exactly one of provisioned and serverless.', 'provisioned')
    const { arn, name, state } = create(services, { ClusterName, Tags, ...Provisioned })
    return { ClusterArn: arn, ClusterName: name, State: state, ClusterType: 'PROVISIONED' }
  }
