import type { KafkaMatchers } from '../index.js'

declare module 'vitest' {
  interface Matchers<T = any> extends KafkaMatchers<T> {}
}
