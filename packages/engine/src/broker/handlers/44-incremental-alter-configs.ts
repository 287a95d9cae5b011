/*
 * IncrementalAlterConfigs, versions 0 to 1: decided by the controller (controller/configs; KIP-339).
 */
import { IncrementalAlterConfigs } from '@sluice/wire'
import { each } from '../../authorizer/access.ts'
import { forwardedConfigs } from '../forward-configs.ts'
import { handler } from '../handler.ts'

export const incrementalAlterConfigs = handler(
  IncrementalAlterConfigs,
  [each('alterConfigs', 'topic'), each('alterConfigs', 'group'), each('alterConfigs', 'cluster')],
  (request, context) =>
    forwardedConfigs(request.resources, context, (resources) => {
      const { broker, apiVersion, session } = context
      const { principal } = session
      return broker.controller.request(
        IncrementalAlterConfigs,
        apiVersion,
        { ...request, resources },
        { principal },
      )
    }),
)
