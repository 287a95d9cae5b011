import type { SocketHandler } from '@sluice/effects'
import type { Step } from './step.ts'

/** Every listener of every broker takes a connection: ready means ready. */
export const checkHealth: Step = async (_uuid, { runtime, effects }) => {
  for (const broker of runtime.running?.brokers ?? []) {
    for (const { host, port } of broker.listeners) {
      const socket = await effects.network.connect({ host, port }, () => nobody)
      socket.destroy()
    }
  }
}

const nobody: SocketHandler = {
  receiveBuffer: () => new Uint8Array(1),
  onRead() {},
  onDrain() {},
  onClose() {},
}
