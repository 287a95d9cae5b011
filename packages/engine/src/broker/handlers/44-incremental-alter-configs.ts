/*
 * IncrementalAlterConfigs, versions 0 to 1: decided by the controller (controller/configs; KIP-339).
 */
import { IncrementalAlterConfigs } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const incrementalAlterConfigs = forwarded(IncrementalAlterConfigs)
