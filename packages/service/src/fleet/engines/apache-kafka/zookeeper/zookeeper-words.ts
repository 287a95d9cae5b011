import { type Clock, Deferred, type Network } from '@sluice/effects'
import { answerTimeoutMs } from '../../brokers/ask-node.ts'

/** ZooKeeper's four-letter words: four bytes, a text, and the connection ends. */
export type Word = 'ruok' | 'srvr' | 'dump'

const receiveBufferBytes = 4096
const answerBytesMax = 64 * 1024

export async function askZooKeeper(
  { clock, network }: { clock: Clock; network: Network },
  { host, port }: { host: string; port: number },
  word: Word,
): Promise<string> {
  const answer = new Deferred<string>()
  const buffer = new Uint8Array(receiveBufferBytes)
  let text = ''
  const socket = await network.connect({ host, port }, () => ({
    receiveBuffer: () => buffer,
    onRead(length) {
      text += Buffer.from(buffer.subarray(0, length)).toString('latin1')
      if (text.length > answerBytesMax) answer.reject(new Error('ZooKeeper answers without end'))
    },
    onDrain() {},
    onClose: (error) => (error ? answer.reject(error) : answer.resolve(text)),
  }))
  const timer = clock.schedule(answerTimeoutMs, () =>
    answer.reject(new Error(`ZooKeeper at ${host}:${port} does not answer ${word}`)),
  )
  try {
    socket.write(Buffer.from(word))
    return await answer.promise
  } finally {
    timer.cancel()
    socket.destroy()
  }
}

/** The Mode line of `srvr`: leader, follower; null while the node belongs to no quorum. */
export function modeOf(answer: string): string | null {
  return /^Mode: (\w+)/m.exec(answer)?.[1] ?? null
}

/** Does an answer to `dump` (the leader gives one, with every session's ephemeral nodes) list this broker? */
export function listsBroker(answer: string, brokerId: number): boolean {
  return answer.split('\n').some((line) => line.trim() === `/brokers/ids/${brokerId}`)
}
