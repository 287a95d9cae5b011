/*
 * DescribeQuorum, versions 0 to 2: decided by the controller (controller/quorum): one voter, whose brokers observe (KIP-836).
 */
import { DescribeQuorum } from '@sluice/wire'
import { forwarded } from '../forward.ts'

export const describeQuorum = forwarded(DescribeQuorum)
