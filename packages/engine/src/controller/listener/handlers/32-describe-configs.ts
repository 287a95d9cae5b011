/*
 * DescribeConfigs, versions 1 to 4: as a broker answers it; of the nodes it tells of the controller (KIP-919).
 */
import { DescribeConfigs } from '@sluice/wire'
import { describedConfigs } from '../../../server/describe-configs.ts'
import { controllerHandler } from '../services.ts'

export const describeConfigs = controllerHandler(DescribeConfigs, (request, { node }) =>
  describedConfigs(request, node),
)
