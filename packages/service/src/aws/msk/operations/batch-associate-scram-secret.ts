import type {
  BatchAssociateScramSecretRequest,
  BatchAssociateScramSecretResponse,
  UnprocessedScramSecret,
} from '@aws-sdk/client-kafka'
import { scramSecretProblem } from '../../../fleet/clusters/scram-users.ts'
import { stored } from '../refusal.ts'
import { scramRequest, unprocessed } from '../scram-secrets.ts'
import type { Services } from '../services.ts'

/** Users of a cluster (MSK quotas). */
const secretsMax = 1_000

/**
 * Lets the users of these secrets log in by SCRAM, within moments; one that may already stays.
 *
 * Refuses, in this order: the ARN; no secrets, or more than ten; a cluster without SCRAM, or one that is not ACTIVE.
 * What is wrong with a secret is in the answer: its name, that it is not there, its key, its value, the quota.
 */
export const batchAssociateScramSecret =
  (services: Pick<Services, 'clusters' | 'secrets'>) =>
  (input: BatchAssociateScramSecretRequest): BatchAssociateScramSecretResponse => {
    const { record, arns } = scramRequest(services, input)
    const refused: UnprocessedScramSecret[] = []
    const associated = new Set(record.scramSecrets)
    for (const arn of arns) {
      const problem = scramSecretProblem(record, arn, services.secrets.find(arn))
      if (problem !== null) refused.push(unprocessed(arn, problem))
      else if (!associated.has(arn) && associated.size >= secretsMax)
        refused.push(unprocessed(arn, `A cluster has at most ${secretsMax} users.`))
      else associated.add(arn)
    }
    stored('The secrets', () => services.clusters.setScramSecrets(record, [...associated]))
    return { ClusterArn: record.arn, UnprocessedScramSecrets: refused }
  }
