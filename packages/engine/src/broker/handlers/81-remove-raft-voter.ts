/* RemoveRaftVoter, version 0: decided by the controller (controller/raft-voters) (KIP-853). */
import { RemoveRaftVoter } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const removeRaftVoter = forwarded(RemoveRaftVoter)
