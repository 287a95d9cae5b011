/*
 * CreateTopics, versions 2 to 7: decided by the controller (controller/topics).
 */
import { CreateTopics } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { forwarded } from '../forward.ts'
import { createTopicsScreen } from '../screens/create-topics.ts'

export const createTopics = forwarded(
  CreateTopics,
  [
    each('create', 'topic', { unless: { operation: 'create', resource: 'cluster' } }),
    each('describeConfigs', 'topic'),
  ],
  { screen: createTopicsScreen },
)
