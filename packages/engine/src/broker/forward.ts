import type { Api } from '@sluice/wire'
import type { Access } from './access.ts'
import { handler, type Handler } from './handler.ts'

/** Requests that only the controller may decide go to it as they are, and its answer comes back as it is. */
export function forwarded(api: Api, access: Access): Handler {
  return handler(api, access, (request, { broker, apiVersion, session }) =>
    broker.controller.request(api, apiVersion, request, { principal: session.principal }),
  )
}
