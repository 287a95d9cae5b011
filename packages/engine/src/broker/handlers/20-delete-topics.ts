/*
 * DeleteTopics, versions 1 to 6: decided by the controller (controller/topics).
 */
import { DeleteTopics } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const deleteTopics = forwarded(DeleteTopics)
