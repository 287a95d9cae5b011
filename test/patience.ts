import { vi } from 'vitest'

// What is waited for comes at last on the busiest machine; vitest's own second is none. Its configuration has this for
// `expect.poll` alone.
const patienceMs = 25_000
const { waitFor } = vi
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: patienceMs, interval: 20, ...options })
