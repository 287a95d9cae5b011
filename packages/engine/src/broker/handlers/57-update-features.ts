/*
 * UpdateFeatures, versions 0 to 2: decided by the controller (controller/features) (KIP-584).
 */
import { UpdateFeatures } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const updateFeatures = forwarded(UpdateFeatures)
