import { assert } from '@sluice/effects'
import type { Companion } from 'sluice'
import type { AwsAccess, KafkaServerOptions } from './api.ts'
import type { ClusterLife } from './cluster-life.ts'
import { companionModule } from './companion-module.ts'
import { clientListener, insideListener } from './nodes.ts'
import { KafkaServerError } from './server-error.ts'
import type { World } from './world.ts'

/** Loaded where an option needs it: most tests do without. */
export async function companionOf(
  { auth, msk }: KafkaServerOptions,
  world: World,
): Promise<Companion | null> {
  if (auth !== 'iam' && auth !== 'mtls' && !msk) return null
  const { Companion } = await companionModule()
  return new Companion(world)
}

/** The AWS side of a server: credentials, and the endpoint of the MSK API where there is one. */
export class AwsSide {
  readonly #companion: Companion | null
  readonly #auth: KafkaServerOptions['auth']
  #msk: Awaited<ReturnType<Companion['startMsk']>> | null = null

  constructor({ auth, msk }: KafkaServerOptions, companion: Companion | null) {
    this.#companion = msk || auth === 'iam' ? companion : null
    this.#auth = auth
  }

  async start(life: ClusterLife): Promise<void> {
    if (!this.#companion) return
    const auth = this.#auth
    assert(auth !== 'plain', 'it is refused beside msk: true')
    const given = {
      auth,
      clusterId: life.cluster.clusterId,
      running: () =>
        life.cluster.brokers.flatMap(({ nodeId, state, listeners }) => {
          const [client, inner] = [clientListener, insideListener].map((wanted) =>
            listeners.find(({ name }) => name === wanted),
          )
          return state === 'running' && client && inner ? [{ nodeId, client, inner }] : []
        }),
      start: (nodeId: number) => life.startBroker(nodeId),
      stop: (nodeId: number) => life.stopBroker(nodeId),
      figures: () => life.cluster.figures(),
    }
    this.#msk = await this.#companion.startMsk(given, (what, refusal) => new KafkaServerError(what, refusal))
  }

  get access(): AwsAccess {
    const companion = this.#companion
    if (!companion)
      throw new KafkaServerError('This server has nothing of AWS.', {
        code: 'NO_AWS',
        why: 'It was started without msk: true and without auth: "iam".',
        next: 'KafkaServer.start({ msk: true }) has the MSK API in front of its brokers.',
      })
    const { region, accountId, accessKey } = companion
    const { accessKeyId, secretAccessKey } = accessKey
    const { endpoint = null, clusterArn = null } = this.#msk ?? {}
    const credentials = { accessKeyId, secretAccessKey }
    const clientConfig = { region, credentials, ...(endpoint !== null && { endpoint }) }
    return { region, accountId, credentials, endpoint, clusterArn, clientConfig }
  }

  async stop(): Promise<void> {
    await this.#msk?.stop()
    this.#msk = null
  }
}
