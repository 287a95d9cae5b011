import { createTopic, withConnection } from '@sluice/client'
import { systemNetwork, systemRandom } from '@sluice/effects'
import type { ClientConfigs, ClientName, KafkaServerOptions, SharedServer, TopicOptions } from './api.ts'
import { clientConfigs } from './client-configs.ts'
import { KafkaServerError } from './server-error.ts'
import { startServer } from './start-server.ts'

/** Processes and threads that are started later have it from their parent. */
const variable = 'SLUICE_TESTING_BOOTSTRAP'
/** By which runners number their workers. */
const workerVariables = ['VITEST_POOL_ID', 'JEST_WORKER_ID', 'NODE_TEST_WORKER_ID']

/** Runners give each file globals of its own, and workers to several files in turn. */
const namespace = Symbol.for('sluice.shared.namespace')
const globals = globalThis as { [namespace]?: string }

type Environment = Record<string, string | undefined>

/** Starts a server that all workers of a run share; gives what stops it. */
export async function shareServer(
  environment: Environment,
  options: KafkaServerOptions = {},
): Promise<() => Promise<void>> {
  const server = await startServer(options)
  environment[variable] = server.bootstrap
  return async () => {
    delete environment[variable]
    await server.stop()
  }
}

/** The one of this run, with names that no other file of tests has, in this worker or another. */
export function sharedServer(environment: Environment): SharedServer {
  const bootstrap = environment[variable]
  if (bootstrap === undefined)
    throw new KafkaServerError('There is no server to share in this run.', {
      code: 'NOT_SHARED',
      why: `Nobody has called shareServer() before this worker began (${variable} is not set).`,
      next: "Name 'sluice/testing/global' as the global set-up of your runner.",
    })
  const addresses = bootstrap.split(',')
  const prefix = (globals[namespace] ??= `w${workerId(environment)}-${systemRandom().uuid().slice(0, 8)}.`)
  const named = (name: string) => (name.startsWith(prefix) ? name : prefix + name)
  return {
    bootstrap,
    topic: named,
    group: named,
    clientConfig: <Name extends ClientName>(client: Name): ClientConfigs[Name] =>
      clientConfigs(addresses)[client],
    createTopics: async (topics) => {
      const [host = '', port] = (addresses[0] ?? '').split(':')
      await withConnection({ network: systemNetwork(), host, port: Number(port) }, async (connection) => {
        for (const [name, given] of Object.entries(topics)) {
          const options: TopicOptions = typeof given === 'number' ? { partitions: given } : given
          await createTopic(connection, named(name), options)
        }
      })
    },
  }
}

/** Where a runner does not number its workers, each is a process. */
function workerId(environment: Environment): string {
  return (
    workerVariables.map((name) => environment[name]).find((id) => id !== undefined) ?? String(process.pid)
  )
}
