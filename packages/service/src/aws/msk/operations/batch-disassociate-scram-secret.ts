import type {
  BatchDisassociateScramSecretRequest,
  BatchDisassociateScramSecretResponse,
} from '@aws-sdk/client-kafka'
import { stored } from '../refusal.ts'
import { scramRequest, unprocessed } from '../scram-secrets.ts'
import type { Services } from '../services.ts'

/**
 * The users of these secrets cannot log in any more, within moments; connections that are open stay so. The secrets
 * may be gone by now.
 *
 * Refuses, in this order: the ARN; no secrets, or more than ten; a cluster without SCRAM, or one that is not ACTIVE.
 * A secret that is not associated is told in the answer.
 */
export const batchDisassociateScramSecret =
  (services: Pick<Services, 'clusters'>) =>
  (input: BatchDisassociateScramSecretRequest): BatchDisassociateScramSecretResponse => {
    const { record, arns } = scramRequest(services, input)
    const associated = new Set(record.scramSecrets)
    const unknown = arns.filter((arn) => !associated.delete(arn))
    stored('The secrets', () => services.clusters.setScramSecrets(record, [...associated]))
    return {
      ClusterArn: record.arn,
      UnprocessedScramSecrets: unknown.map((arn) =>
        unprocessed(arn, 'The provided secret is not associated with this cluster.'),
      ),
    }
  }
