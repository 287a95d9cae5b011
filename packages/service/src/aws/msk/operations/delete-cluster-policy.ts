import type { DeleteClusterPolicyRequest, DeleteClusterPolicyResponse } from '@aws-sdk/client-kafka'
import { policyOfCluster } from '../operation.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/** Takes a cluster its policy, and answers nothing. Refuses the ARN, then a cluster that has none. */
export const deleteClusterPolicy =
  (services: Pick<Services, 'clusters'>) =>
  (input: DeleteClusterPolicyRequest): DeleteClusterPolicyResponse => {
    const { record } = policyOfCluster(services, input.ClusterArn)
    stored('The deletion', () => services.clusters.deletePolicy(record))
    return {}
  }
