/*
 * AlterConfigs, versions 0 to 2: decided by the controller (controller/configs). Replaces all of a resource's configs.
 */
import { AlterConfigs } from '@sluice/wire'
import { each } from '../access.ts'
import { forwarded } from '../forward.ts'

export const alterConfigs = forwarded(AlterConfigs, [
  each('alterConfigs', 'topic'),
  each('alterConfigs', 'group'),
  each('alterConfigs', 'cluster'),
])
