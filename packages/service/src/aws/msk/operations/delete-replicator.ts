import type { DeleteReplicatorRequest, DeleteReplicatorResponse } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { stored } from '../refusal.ts'
import { checkVersion, replicatorOf } from '../replicators.ts'
import type { Services } from '../services.ts'

/**
 * Takes a replicator away and answers DELETING; a moment later there is none.
 *
 * Refuses, in this order: the ARN; a version that is not current, where one is named; one that is going already.
 */
export const deleteReplicator =
  (services: Pick<Services, 'replicators'>) =>
  (input: DeleteReplicatorRequest): DeleteReplicatorResponse => {
    const record = replicatorOf(services, input.ReplicatorArn)
    if (input.CurrentVersion !== undefined) checkVersion(record, input.CurrentVersion)
    if (record.state === 'DELETING')
      throw badRequest("You can't delete a replicator in DELETING state.", 'replicatorArn')
    stored('The deletion', () => services.replicators.update(record, { state: 'DELETING' }))
    return { ReplicatorArn: record.arn, ReplicatorState: 'DELETING' }
  }
