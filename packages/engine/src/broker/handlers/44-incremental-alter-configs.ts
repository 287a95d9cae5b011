/*
 * IncrementalAlterConfigs, versions 0 to 1: decided by the controller (controller/configs; KIP-339).
 */
import { IncrementalAlterConfigs } from '@sluice/wire'
import { each } from '../access.ts'
import { forwarded } from '../forward.ts'

export const incrementalAlterConfigs = forwarded(IncrementalAlterConfigs, [
  each('alterConfigs', 'topic'),
  each('alterConfigs', 'group'),
  each('alterConfigs', 'cluster'),
])
