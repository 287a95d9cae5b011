import type { Api, Input, RequestOf, ResponseOf } from '@sluice/wire'
import type { Access } from '../authorizer/access.ts'
import type { Screen } from '../server/authorization.ts'
import { handler, type Handler, type RequestContext } from './handler.ts'

/** Requests that only the controller may decide go to it as they are, and its answer comes back as it is. */
export function forwarded<A extends Api>(
  api: A,
  access: Access,
  options: { screen?: Screen<A, RequestContext> } = {},
): Handler {
  return handler(
    api,
    access,
    (request, { broker, apiVersion, session }) =>
      broker.controller.request<A>(api, apiVersion, request as Input<RequestOf<A>>, {
        principal: session.principal,
      }) as Promise<Input<ResponseOf<A>>>,
    options,
  )
}
