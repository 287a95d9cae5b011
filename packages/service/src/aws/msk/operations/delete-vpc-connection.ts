import type { DeleteVpcConnectionRequest, DeleteVpcConnectionResponse } from '@aws-sdk/client-kafka'
import { badRequest } from '../exceptions.ts'
import { stored } from '../refusal.ts'
import type { Services } from '../services.ts'
import { vpcConnectionOf } from '../vpc-connections.ts'

/** Takes a VPC connection away and answers DELETING; a moment later there is none. Refuses one that is going already. */
export const deleteVpcConnection =
  (services: Pick<Services, 'vpcConnections'>) =>
  (input: DeleteVpcConnectionRequest): DeleteVpcConnectionResponse => {
    const record = vpcConnectionOf(services, input.Arn)
    if (record.state === 'DELETING')
      throw badRequest("You can't delete a VPC connection in DELETING state.", 'arn')
    stored('The deletion', () => services.vpcConnections.update(record, { state: 'DELETING' }))
    return { VpcConnectionArn: record.arn, State: 'DELETING' }
  }
