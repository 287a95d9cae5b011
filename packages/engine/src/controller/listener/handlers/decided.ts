import type { Api } from '@sluice/wire'
import type { ChannelContext } from '../../../metadata/controller-channel.ts'
import { controllerHandler, type ControllerContext, type ControllerHandler } from '../services.ts'

/** What the controller decides, asked for directly. */
export function decided(api: Api): ControllerHandler {
  return controllerHandler(api, (request, context) =>
    decision(api, context.apiVersion, request, context.asker, context),
  )
}

/**
 * A controller that does not decide any more has no answer: the connection ends, and whoever asks finds another. Then
 * nobody looks at what comes back.
 */
export async function decision(
  api: Api,
  version: number,
  request: unknown,
  asker: ChannelContext,
  { node, connection }: ControllerContext,
): Promise<object> {
  const response = await node.decide(api, version, request, asker)
  if (response === null) connection.destroy('the controller does not decide any more')
  return response ?? {}
}
