import type { PutClusterPolicyRequest, PutClusterPolicyResponse } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import { exceptionOf, stored } from '../refusal.ts'
import type { Services } from '../services.ts'

/**
 * Gives a cluster the policy that says what other accounts may do with it, and answers the policy's version, which is none
 * of the cluster's.
 *
 * Refuses, in this order: the ARN; a policy that is not understood; where there is one already, a request that does not name
 * its version.
 */
export const putClusterPolicy =
  (services: Pick<Services, 'clusters'>) =>
  (input: PutClusterPolicyRequest): PutClusterPolicyResponse => {
    const record = clusterOf(services, input.ClusterArn)
    const { Policy: text = '', CurrentVersion: version } = input
    const result = stored('The policy', () => services.clusters.putPolicy(record, text, version))
    if ('refusal' in result) throw exceptionOf(result.refusal)
    return { CurrentVersion: result.version }
  }
