import type { Network } from '@sluice/effects'
import { codeOf, OperatingError } from './operating-error.ts'

export async function isFree(network: Network, host: string, port: number): Promise<boolean> {
  try {
    const listener = await network.listen({ host, port }, () => nobody)
    await listener.close()
    return true
  } catch (error) {
    // A port below 1024 without the right to it is as good as taken.
    if (codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES') return false
    throw error
  }
}

/** Any port that is free, and none of these. */
export async function anyFree(network: Network, host: string, taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const listener = await network.listen({ host, port: 0 }, () => nobody)
    await listener.close()
    if (!taken.has(listener.port)) return listener.port
  }
}

export function portTaken(port: number): OperatingError {
  return new OperatingError(`Port ${port} cannot be used.`, {
    code: 'EADDRINUSE',
    why: 'Another process or another cluster has it.',
    next: 'Stop that one, or choose another port.',
  })
}

/** The probing listener lives for an instant; whoever connects in it is dropped when it closes. */
const nobody = {
  receiveBuffer: () => new Uint8Array(1),
  onRead() {},
  onDrain() {},
  onClose() {},
}
