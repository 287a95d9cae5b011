/*
 * DeleteTopics, versions 1 to 6: decided by the controller (controller/topics).
 */
import { DeleteTopics } from '@sluice/wire'
import { each } from '../access.ts'
import { forwarded } from '../forward.ts'

export const deleteTopics = forwarded(DeleteTopics, [
  each('describe', 'topic', { unless: { operation: 'delete', resource: 'cluster' } }),
  each('delete', 'topic', { unless: { operation: 'delete', resource: 'cluster' } }),
])
