/*
 * UnregisterController, version 0: decided by the controller (controller/quorum).
 */
import { UnregisterController } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const unregisterController = forwarded(UnregisterController)
