import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'

// For `npm run test:contract`: these tests alone, on either engine, with what they hear recorded. An answer that
// never comes from a JVM should not hold the run for long.
export default defineConfig({
  ...project,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...project.test,
    include: ['test/contract/**/*.test.ts'],
    setupFiles: ['test/oracle/record.setup.ts'],
    testTimeout: 15_000,
    hookTimeout: 120_000,
  },
})
