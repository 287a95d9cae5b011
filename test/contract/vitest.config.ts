import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// For `npm run test:contract`: these tests alone, on either engine, with what they hear recorded. An answer that
// never comes from a JVM should not hold the run for long.
const isHostile = Boolean(process.env.SLUICE_HOSTILE_SCALE)

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: ['sluice-source'] },
  ssr: { resolve: { conditions: ['sluice-source'] } },
  test: {
    include: [isHostile ? 'test/hostile/**/*.test.ts' : 'test/contract/**/*.test.ts'],
    setupFiles: ['test/oracle/record.setup.ts'],
    isolate: false,
    // One attack is to be measured at a time.
    maxWorkers: isHostile ? 1 : 2,
    testTimeout: 15_000,
    hookTimeout: 180_000,
  },
})
