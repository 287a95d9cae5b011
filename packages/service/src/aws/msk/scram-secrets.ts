import type { UnprocessedScramSecret } from '@aws-sdk/client-kafka'
import { stateRefusal } from '../../fleet/clusters/changes/update.ts'
import type { ClusterRecord } from '../../fleet/clusters/cluster-record.ts'
import { badRequest } from './exceptions.ts'
import { clusterOf } from './operation.ts'
import { exceptionOf } from './refusal.ts'
import type { Services } from './services.ts'

const arnsMax = 10

/** The cluster whose secrets a call changes, and which; the order of the refusals is that of both calls. */
export function scramRequest(
  services: Pick<Services, 'clusters'>,
  input: { ClusterArn?: string | undefined; SecretArnList?: string[] | undefined },
): { record: ClusterRecord; arns: string[] } {
  const record = clusterOf(services, input.ClusterArn)
  const arns = [...new Set(input.SecretArnList)]
  if (arns.length === 0 || arns.length > arnsMax)
    throw badRequest(`The parameter secretArnList must have 1 to ${arnsMax} entries.`, 'secretArnList')
  if (!record.spec.clientAuthentication?.Sasl?.Scram?.Enabled)
    throw badRequest('SASL/SCRAM authentication is not enabled for this cluster.', 'clusterArn')
  const refusal = stateRefusal(record)
  if (refusal) throw exceptionOf(refusal)
  return { record, arns }
}

/** MSK has one code for all that may be wrong with a secret. */
export function unprocessed(SecretArn: string, ErrorMessage: string): UnprocessedScramSecret {
  return { SecretArn, ErrorCode: 'InvalidSecretArn', ErrorMessage }
}
