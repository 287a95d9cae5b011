import { Metadata } from '@sluice/wire'
import { askNode, type RemoteEffects } from '../brokers/ask-node.ts'
import { ListenerName, listenerOf, type NodePlan } from '../engine.ts'
import { askZooKeeper } from './zookeeper/zookeeper-words.ts'

const pollMs = 100

/** Does the node answer, and is it the part of the cluster that it shall be? */
async function isReady(effects: RemoteEffects, node: NodePlan): Promise<boolean> {
  try {
    if (node.role === 'zookeeper')
      return (await askZooKeeper(effects, listenerOf(node, ListenerName.zookeeper), 'ruok')).trim() === 'imok'
    const listener = listenerOf(node, node.role === 'broker' ? ListenerName.client : ListenerName.controller)
    return await askNode(effects, listener, async (connection) => {
      const { errorCode } = await connection.negotiate()
      if (errorCode !== 0) return false
      if (node.role === 'controller') return true
      const { brokers } = await connection.request(Metadata, { topics: [] })
      return brokers.some(({ nodeId }) => nodeId === node.nodeId)
    })
  } catch {
    // Not yet: nobody listens, or whoever does is not ready to answer.
    return false
  }
}

type Waited = 'ready' | 'aborted' | 'late' | { died: string }

/** Asks again and again until the node is ready, dies, is no longer wanted, or is late. */
export async function waitUntilReady(
  effects: RemoteEffects,
  node: NodePlan,
  options: { died: Promise<string>; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<Waited> {
  const { clock } = effects
  const deadline = clock.monotonic() + options.timeoutMs
  let death: string | null = null
  const died = options.died.then((sentence) => {
    death = sentence
  })
  for (;;) {
    const ready = await Promise.race([isReady(effects, node), died])
    if (death !== null) return { died: death }
    if (options.signal?.aborted) return 'aborted'
    if (ready) return 'ready'
    if (clock.monotonic() > deadline) return 'late'
    await Promise.race([clock.sleep(pollMs), died])
  }
}
