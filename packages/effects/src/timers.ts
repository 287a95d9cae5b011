import * as timers from 'node:timers'

/*
 * Node's own, as they are when this is loaded. Where a test puts others in their place (`useFakeTimers`), those of its code
 * stand still, and not those of brokers that live in its process.
 */

export const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers
export const { hrtime } = process
export const nextTick = process.nextTick.bind(process)
