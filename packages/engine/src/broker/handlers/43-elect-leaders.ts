/*
 * ElectLeaders, versions 0 to 2: decided by the controller (controller/elections) (KIP-460).
 */
import { ElectLeaders } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const electLeaders = forwarded(ElectLeaders)
