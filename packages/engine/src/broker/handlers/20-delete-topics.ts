/*
 * DeleteTopics, versions 1 to 6: decided by the controller (controller/topics).
 */
import { DeleteTopics } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { forwarded } from '../forward.ts'
import { deleteTopicsScreen } from '../screens/delete-topics.ts'

export const deleteTopics = forwarded(
  DeleteTopics,
  [
    each('describe', 'topic', { unless: { operation: 'delete', resource: 'cluster' } }),
    each('delete', 'topic', { unless: { operation: 'delete', resource: 'cluster' } }),
  ],
  { screen: deleteTopicsScreen },
)
