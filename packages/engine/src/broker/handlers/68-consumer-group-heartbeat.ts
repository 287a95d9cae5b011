/*
 * ConsumerGroupHeartbeat, versions 0 and 1: refused with 35, as Apache Kafka does where group.version is 0.
 *
 * Listed all the same: librdkafka tells its application of a refused heartbeat, yet waits in silence for a
 * broker that does not offer the API.
 * Not done: the consumer protocol (KIP-848).
 */
import { ConsumerGroupHeartbeat, ErrorCode } from '@sluice/wire'
import { whole } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

const refusal = 'The consumer group protocol is not served yet; use group.protocol=classic.'

export const consumerGroupHeartbeat = handler(
  ConsumerGroupHeartbeat,
  [whole('read', 'group'), whole('describe', 'topic')],
  () => ({ errorCode: ErrorCode.UNSUPPORTED_VERSION, errorMessage: refusal }),
  { refuses: true },
)
