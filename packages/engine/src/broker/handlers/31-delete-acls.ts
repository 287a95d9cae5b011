/*
 * DeleteAcls, versions 1 to 3: decided by the controller (controller/acls) (KIP-140, KIP-290).
 */
import { DeleteAcls } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const deleteAcls = forwarded(DeleteAcls)
