/* AlterClientQuotas, versions 0 to 1: decided by the controller (controller/client-quotas) (KIP-546, KIP-612). */
import { AlterClientQuotas } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const alterClientQuotas = forwarded(AlterClientQuotas)
