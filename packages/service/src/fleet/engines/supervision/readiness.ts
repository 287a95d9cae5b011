import { assert, type Clock } from '@sluice/effects'
import { Metadata } from '@sluice/wire'
import { askNode, type RemoteEffects } from '../brokers/ask-node.ts'
import type { NodePlan } from '../engine.ts'
import { innerListener } from '../listeners.ts'

/** Any answer of a node of Kafka that has these listeners. */
export async function kafkaNodeAnswers(
  effects: RemoteEffects,
  listeners: NodePlan['listeners'],
): Promise<void> {
  const listener = innerListener(listeners)
  if (listener) await askNode(effects, listener, (connection) => connection.negotiate())
}

/** Does this node of Kafka answer, and is it the part of the cluster that it shall be? Rejects where nobody answers. */
export function kafkaNodeServes(effects: RemoteEffects, node: NodePlan): Promise<boolean> {
  const listener = innerListener(node.listeners)
  assert(listener, 'a node of Kafka is reached by its listener for nodes')
  return askNode(effects, listener, async (connection) => {
    const { errorCode } = await connection.negotiate()
    if (errorCode !== 0) return false
    if (node.role === 'controller') return true
    const { brokers } = await connection.request(Metadata, { topics: [] })
    return brokers.some(({ nodeId }) => nodeId === node.nodeId)
  })
}

type Waited = 'ready' | 'aborted' | 'late' | { died: string }

interface Wait {
  /** One look. Whoever does not answer is not ready. */
  serves: () => Promise<boolean>
  died: Promise<string>
  timeoutMs: number
  pollMs: number
  signal?: AbortSignal | undefined
}

/** Asks again and again until the node is ready, dies, is no longer wanted, or is late. */
export async function waitUntilReady(clock: Clock, wait: Wait): Promise<Waited> {
  const deadline = clock.monotonic() + wait.timeoutMs
  let death: string | null = null
  const died = wait.died.then((sentence) => {
    death = sentence
  })
  for (;;) {
    const ready = await Promise.race([wait.serves().catch(() => false), died])
    if (death !== null) return { died: death }
    if (wait.signal?.aborted) return 'aborted'
    if (ready) return 'ready'
    if (clock.monotonic() > deadline) return 'late'
    await Promise.race([clock.sleep(wait.pollMs), died])
  }
}
