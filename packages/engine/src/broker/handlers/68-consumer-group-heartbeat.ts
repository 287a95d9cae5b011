/*
 * ConsumerGroupHeartbeat, versions 0 and 1: the consumer protocol (KIP-848).
 *
 * - A member joins, lives, takes and gives back its partitions, and leaves, all by this request. The coordinator assigns,
 *   by the assignor that most members ask for, not sooner than consumer.assignment.interval.ms after the last time
 *   (KIP-1263).
 * - From version 1 on members choose their ids (KIP-1082) and may subscribe by a regular expression of RE2's syntax, whose
 *   topics are looked for behind the request. It may have 1,024 characters, and compile to 1,000 instructions.
 * - A group of the classic protocol is taken over with its members, and given back when the last of this one leaves, as
 *   group.consumer.migration.policy says.
 * - 35 where group.version is 0, or group.coordinator.rebalance.protocols has no consumer.
 * - A member may name ten thousand topics; more are refused with 42. Members of all groups may say so much of themselves
 *   together; more is answered 14 until others have gone.
 */
import { ConsumerGroupHeartbeat, ErrorCode } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { servesConsumerGroups } from '../consumer-groups.ts'
import { handler } from '../handler.ts'
import { consumerGroupHeartbeatScreen } from '../screens/consumer-groups.ts'

export const consumerGroupHeartbeat = handler(
  ConsumerGroupHeartbeat,
  [whole('read', 'group'), whole('describe', 'topic')],
  (request, context) => {
    const { broker, session } = context
    if (!servesConsumerGroups(broker)) return { errorCode: ErrorCode.UNSUPPORTED_VERSION }
    return broker.groups.consumerGroupHeartbeat(context, request, (topic) =>
      session.permissions.allows('describe', 'topic', topic),
    )
  },
  { screen: consumerGroupHeartbeatScreen },
)
