import type { Api } from '@sluice/wire'
import {
  type Handle,
  type HandleRaw,
  type Respond,
  type Handler as NodeHandler,
  RequestContext as NodeRequestContext,
} from '../server/handler.ts'
import type { Access } from '../authorizer/access.ts'
import type { TopicImage } from '../metadata/image.ts'
import { authorized, type Screen } from '../server/authorization.ts'
import type { BrokerServices } from './services.ts'

/** A request to a broker. */
export class RequestContext extends NodeRequestContext<BrokerServices> {
  get broker(): BrokerServices {
    return this.node
  }

  /** Those that its client may know of: what a list of all is made of. */
  *topics(): Iterable<TopicImage> {
    const { permissions } = this.session
    for (const topic of this.node.metadata.topics())
      if (permissions.allows('describe', 'topic', topic.name)) yield topic
  }
}

/** One API on the broker's listeners. */
export interface Handler extends NodeHandler<RequestContext> {
  /** What its callers must be allowed. */
  readonly access: Access
}

interface HandlerOptions<A extends Api> {
  readonly min?: number
  readonly max?: number
  readonly parks?: boolean
  readonly pipelined?: boolean
  readonly isExempt?: boolean
  /** How each of its rules is asked, where that is not by what the request names one by one. */
  readonly screen?: Screen<A, RequestContext>
}

/** A handler of decoded requests; `max` where not every version of the schema is served. */
export function handler<A extends Api>(
  api: A,
  access: Access,
  handle: Handle<A, RequestContext>,
  options: HandlerOptions<A> = {},
): Handler {
  return {
    api,
    minVersion: options.min ?? api.minVersion,
    maxVersion: options.max ?? api.maxStableVersion,
    access,
    ...(options.parks && { parks: true }),
    ...(options.pipelined && { pipelined: true }),
    ...(options.isExempt && { isExempt: true }),
    handle: authorized(api, access, handle, options.screen) as Handler['handle'],
  }
}

/** A handler of decoded requests that fills the reply itself, and asks for each of its rules itself. */
export function responder<A extends Api>(
  api: A,
  access: Access,
  respond: Respond<A, RequestContext>,
): Handler {
  const { minVersion, maxStableVersion: maxVersion } = api
  return { api, minVersion, maxVersion, access, parks: true, respond: respond as Handler['respond'] }
}

/** A handler that reads the bytes itself, and asks for each of its rules itself. */
export function rawHandler(
  api: Api,
  access: Access,
  handleRaw: HandleRaw<RequestContext>,
  options: { pipelined?: boolean } = {},
): Handler {
  return { api, minVersion: api.minVersion, maxVersion: api.maxStableVersion, access, ...options, handleRaw }
}
