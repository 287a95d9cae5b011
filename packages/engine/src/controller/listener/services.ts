import type { Api } from '@sluice/wire'
import type { ChannelContext } from '../../metadata/controller-channel.ts'
import type { BrokerConfig } from '../../metadata/configs.ts'
import type { MetadataImage } from '../../metadata/image.ts'
import {
  type Handle,
  type Handler as NodeHandler,
  type RequestContext,
  type ServedApi,
  type ServingNode,
} from '../../server/handler.ts'
import type { MetadataLog } from '../metadata-log.ts'
import type { Observers } from '../observers.ts'
import type { Commits } from './commits.ts'

/** What the handlers of the controller's listener may touch. */
export interface ControllerServices extends ServingNode {
  readonly nodeId: number
  readonly clusterId: string
  readonly config: BrokerConfig
  readonly metadata: MetadataImage
  readonly log: MetadataLog
  readonly observers: Observers
  readonly commits: Commits
  readonly logLevels: null
  readonly handlers: ReadonlyMap<number, ServedApi>
  /** Where this controller is reached. */
  readonly address: { readonly host: string; readonly port: number }
  /** Null when this controller does not decide any more, or nobody knows whether it has. */
  decide(api: Api, version: number, request: unknown, context: ChannelContext): Promise<unknown>
}

/** A request to the controller. */
export type ControllerContext = RequestContext<ControllerServices>

export type ControllerHandler = NodeHandler<ControllerContext>

/** A handler of decoded requests, at every stable version. */
export function controllerHandler<A extends Api>(
  api: A,
  handle: Handle<A, ControllerContext>,
  options: Pick<ControllerHandler, 'parks'> = {},
): ControllerHandler {
  return {
    api,
    minVersion: api.minVersion,
    maxVersion: api.maxStableVersion,
    ...options,
    handle: handle as ControllerHandler['handle'],
  }
}
