import type { KafkaMatchers } from '../index.js'

declare global {
  namespace jest {
    interface Matchers<R> extends KafkaMatchers<R> {}
  }
}
