/*
 * CreateTopics, versions 2 to 7: decided by the controller (controller/topics).
 */
import { CreateTopics } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const createTopics = forwarded(CreateTopics)
