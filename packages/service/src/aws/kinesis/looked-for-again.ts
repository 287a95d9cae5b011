import { saysNoTopic } from '../../streams/stream-log.ts'
import type { Handler } from '../service.ts'

/**
 * A call that reads a stream: where that is deleted while it is under way, the log knows nothing of it any more. The call is begun
 * anew then, and finds no stream either, or another one that has its name by now.
 */
export const lookedForAgain =
  (handler: Handler): Handler =>
  async (input, context) => {
    try {
      return await handler(input, context)
    } catch (error) {
      if (!saysNoTopic(error)) throw error
      return handler(input, context)
    }
  }
