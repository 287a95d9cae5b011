import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const files = {
  // One attack is to be measured at a time.
  hostile: { include: ['test/hostile/**/*.test.ts'], maxWorkers: 1 },
  one: { include: ['test/contract/*.test.ts'], maxWorkers: 2 },
  // One worker: its files share their cluster.
  three: { include: ['test/contract/brokers/*.test.ts'], maxWorkers: 1 },
}
const brokers = process.env.SLUICE_CONTRACT_BROKERS === 'three' ? 'three' : 'one'

// For `npm run test:contract`: these tests alone, on either engine, with what they hear recorded. An answer that
// never comes from a JVM should not hold the run for long.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['sluice-source'] },
  ssr: { resolve: { conditions: ['sluice-source'] } },
  test: {
    ...files[process.env.SLUICE_HOSTILE_SCALE ? 'hostile' : brokers],
    setupFiles: ['test/oracle/record.setup.ts'],
    isolate: false,
    testTimeout: 15_000,
    hookTimeout: 180_000,
  },
})
