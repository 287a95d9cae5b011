import type { DeregisterScalableTargetRequest } from '@aws-sdk/client-application-auto-scaling'
import { targetOf } from '../scaled-resource.ts'
import type { Services } from '../services.ts'

/** Volumes stay as they are; the policy goes. */
export const deregisterScalableTarget =
  (services: Pick<Services, 'storageScaling'>) =>
  (input: DeregisterScalableTargetRequest): void =>
    services.storageScaling.deregister(targetOf(services, input))
