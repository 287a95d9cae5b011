/* AddRaftVoter, versions 0 to 1: decided by the controller (controller/raft-voters) (KIP-853). */
import { AddRaftVoter } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const addRaftVoter = forwarded(AddRaftVoter)
