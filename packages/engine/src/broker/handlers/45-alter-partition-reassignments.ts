/*
 * AlterPartitionReassignments, versions 0 and 1: decided by the controller (controller/reassignments) (KIP-455).
 */
import { AlterPartitionReassignments } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const alterPartitionReassignments = forwarded(AlterPartitionReassignments)
