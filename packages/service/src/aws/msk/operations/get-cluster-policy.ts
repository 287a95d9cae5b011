import type { GetClusterPolicyRequest, GetClusterPolicyResponse } from '@aws-sdk/client-kafka'
import { policyOfCluster } from '../operation.ts'
import type { Services } from '../services.ts'

/** A cluster's policy as it was given. Refuses the ARN, then a cluster that has none, which Terraform takes for gone. */
export const getClusterPolicy =
  (services: Pick<Services, 'clusters'>) =>
  (input: GetClusterPolicyRequest): GetClusterPolicyResponse => {
    const { policy } = policyOfCluster(services, input.ClusterArn)
    return { CurrentVersion: policy.version, Policy: policy.text }
  }
