/*
 * AlterConfigs, versions 0 to 2: decided by the controller (controller/configs). Replaces all of a resource's configs.
 */
import { AlterConfigs } from '@sluice/wire'
import { clientDecision } from '../../server/client-decisions.ts'
import { forwardedConfigs } from '../forward-configs.ts'
import { handler } from '../handler.ts'

export const alterConfigs = handler(AlterConfigs, clientDecision(AlterConfigs).access, (request, context) =>
  forwardedConfigs(request.resources, context, (resources) => {
    const { broker, apiVersion, asker } = context
    return broker.controller.request(AlterConfigs, apiVersion, { ...request, resources }, asker)
  }),
)
