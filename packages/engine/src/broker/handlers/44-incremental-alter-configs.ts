/*
 * IncrementalAlterConfigs, versions 0 to 1: decided by the controller (controller/configs; KIP-339).
 */
import { IncrementalAlterConfigs } from '@sluice/wire'
import { clientDecision } from '../../server/client-decisions.ts'
import { forwardedConfigs } from '../forward-configs.ts'
import { handler } from '../handler.ts'

export const incrementalAlterConfigs = handler(
  IncrementalAlterConfigs,
  clientDecision(IncrementalAlterConfigs).access,
  (request, context) =>
    forwardedConfigs(request.resources, context, (resources) => {
      const { broker, apiVersion, asker } = context
      return broker.controller.request(IncrementalAlterConfigs, apiVersion, { ...request, resources }, asker)
    }),
)
