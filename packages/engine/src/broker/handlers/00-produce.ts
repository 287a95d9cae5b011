/*
 * Produce, versions 3 to 13 (advertised from 0: KAFKA-18659).
 *
 * - acks 0, 1 and -1; -1 waits for the ISR through the purgatory.
 * - Each partition has its own outcome; records are validated and staged here, written and answered when the
 *   socket read ends (replication/partition).
 * - acks=0 has no response; an error closes the connection, which is all that such a producer can notice.
 * - Topics by name, by id from version 13 on (KIP-516). Leader hints from version 10 on (KIP-951).
 * - Transactional batches (KIP-98): before the first of a transaction in a partition its coordinator is asked for that
 *   partition (KIP-890), or, from version 12 on, told to add it; without a transactional id the whole request gets 53.
 */
import { Produce, readProduceRequest } from '@sluice/wire'
import { each, whole } from '../../authorizer/access.ts'
import { rawHandler } from '../handler.ts'
import { ProduceJob } from '../produce-job.ts'

export const produce = rawHandler(
  Produce,
  [whole('write', 'transactionalId'), each('write', 'topic')],
  (body, context, reply) =>
    new ProduceJob(readProduceRequest(body, context.apiVersion), context, reply).start(),
  { pipelined: true },
)
