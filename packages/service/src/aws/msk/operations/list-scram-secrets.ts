import type { ListScramSecretsRequest, ListScramSecretsResponse } from '@aws-sdk/client-kafka'
import { clusterOf } from '../operation.ts'
import { page } from '../pagination.ts'
import type { Services } from '../services.ts'

/** The ARNs of the secrets that are associated with a cluster, in alphabetical order. */
export const listScramSecrets =
  (services: Pick<Services, 'clusters'>) =>
  (input: ListScramSecretsRequest): ListScramSecretsResponse => {
    const arns = [...(clusterOf(services, input.ClusterArn).scramSecrets ?? [])].sort()
    const { items, nextToken } = page(arns, (arn) => arn, input)
    return { SecretArnList: items, NextToken: nextToken }
  }
