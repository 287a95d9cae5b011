/*
 * ListPartitionReassignments, version 0: decided by the controller (controller/reassignments) (KIP-455).
 */
import { ListPartitionReassignments } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const listPartitionReassignments = forwarded(ListPartitionReassignments)
