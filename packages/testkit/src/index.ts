import type {
  KafkaServer as RunningServer,
  KafkaServerOptions,
  KafkaServers,
  Matcher,
  SharedServer,
} from './api.ts'
import { matchers as all } from './matchers.ts'
import { shareServer as share, sharedServer as shared } from './shared-server.ts'
import { startServer } from './start-server.ts'

export type * from './api.ts'

export const KafkaServer: KafkaServers = { start: startServer }
export type KafkaServer = RunningServer

/** For `expect.extend`; `sluice/vitest` and `sluice/jest` have done so. */
export const matchers: Record<string, Matcher> = all as unknown as Record<string, Matcher>

/** Starts a server that all workers which begin later find by `sharedServer()`; gives what stops it. */
export const shareServer = (options?: KafkaServerOptions): Promise<() => Promise<void>> =>
  share(process.env, options)

/** The server of this run, with names that no other file of tests has. */
export const sharedServer = (): SharedServer => shared(process.env)
