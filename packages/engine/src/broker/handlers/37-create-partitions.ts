/*
 * CreatePartitions, versions 0 to 3: decided by the controller (controller/topics).
 */
import { CreatePartitions } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const createPartitions = forwarded(CreatePartitions)
