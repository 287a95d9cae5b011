import type { KafkaServer as RunningServer, KafkaServers } from './api.ts'
import { startServer } from './start-server.ts'

export type * from './api.ts'

export const KafkaServer: KafkaServers = { start: startServer }
export type KafkaServer = RunningServer
