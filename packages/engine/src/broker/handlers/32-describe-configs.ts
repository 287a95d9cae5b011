/*
 * DescribeConfigs, versions 1 to 4.
 *
 * - Topics, brokers (this one by its id, or '' for what is set for all), groups, client metrics, the loggers of this broker
 *   (KIP-412), of which there is one: root.
 * - Each value with its source and, when asked for, all synonyms that could give it, the winner first (KIP-226).
 * - Passwords are never shown; internal configs only when set.
 * - From version 3 on, and when asked for, what each config is for (KIP-569), in our own words.
 */
import { DescribeConfigs } from '@sluice/wire'
import { describedConfigs } from '../../server/describe-configs.ts'
import { each } from '../../authorizer/access.ts'
import { handler } from '../handler.ts'

export const describeConfigs = handler(
  DescribeConfigs,
  [each('describeConfigs', 'topic'), each('describeConfigs', 'group'), each('describeConfigs', 'cluster')],
  (request, { broker }) => describedConfigs(request, broker),
)
