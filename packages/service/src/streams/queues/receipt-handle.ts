import type { QueueItem } from './queue-items.ts'

interface Receipt {
  /** The queue's uuid. */
  queue: string
  shard: number
  offset: number
  handle: string
}

/** What a receipt handle says, for nobody to read: a receive of a record, which nobody can guess. */
export function formatHandle(queue: string, { shard, offset, handle }: QueueItem): string {
  return Buffer.from(`${queue} ${shard} ${offset} ${handle}`).toString('base64url')
}

/** Undefined for what is none. */
export function parseHandle(text: string): Receipt | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) return undefined
  const [, queue = '', shard, offset, handle = ''] =
    /^([\da-f-]{36}) (\d{1,12}) (\d{1,15}) ([\da-f]{24})$/.exec(bytes.toString('latin1')) ?? []
  return offset === undefined ? undefined : { queue, shard: Number(shard), offset: Number(offset), handle }
}
