import type { Api, Input, RequestOf, ResponseOf } from '@sluice/wire'
import { clientDecision } from '../server/client-decisions.ts'
import { handler, type Handler } from './handler.ts'

/** Requests that only the controller may decide go to it as they are, and its answer comes back as it is. */
export function forwarded<A extends Api>(api: A): Handler {
  const { access, screen } = clientDecision(api)
  return handler(
    api,
    access,
    (request, { broker, apiVersion, asker }) =>
      broker.controller.request<A>(api, apiVersion, request as Input<RequestOf<A>>, asker) as Promise<
        Input<ResponseOf<A>>
      >,
    { ...(screen && { screen }) },
  )
}
