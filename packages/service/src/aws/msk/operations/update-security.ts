import type { UpdateSecurityRequest, UpdateSecurityResponse } from '@aws-sdk/client-kafka'
import { updateSecurity as securityUpdate } from '../../../fleet/clusters/changes/security.ts'
import { update } from '../operation.ts'
import type { OperationContext } from '../../service.ts'
import type { Services } from '../services.ts'

/**
 * Rolls the brokers with other listeners for clients, or other ways to authenticate. What the request does not name stays.
 *
 * Refuses, in this order: the ARN; a cluster that is not ACTIVE; a version that is not current; encryption at rest and
 * between brokers, which are for creation; what changes nothing; authentication that does not go with the encryption, or with
 * public access and VPC connectivity as they are.
 */
export const updateSecurity =
  (services: Pick<Services, 'clusters'>) =>
  (input: UpdateSecurityRequest, context: OperationContext): UpdateSecurityResponse => {
    const wanted = { authentication: input.ClientAuthentication, encryption: input.EncryptionInfo }
    return update(services, input.ClusterArn, securityUpdate(wanted, input.CurrentVersion ?? ''), context)
  }
