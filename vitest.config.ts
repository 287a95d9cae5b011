import { defineConfig } from 'vitest/config'

// Tests run on the sources: the `sluice-source` condition of each package's exports points at src/.
export default defineConfig({
  resolve: { conditions: ['sluice-source'] },
  ssr: { resolve: { conditions: ['sluice-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // As patient as test/patience.ts.
    expect: { poll: { timeout: 25_000, interval: 20 } },
    setupFiles: ['./test/patience.ts'],
    // Texts are compared as they are read: where CI is set, terminals' colors are else there without a terminal.
    env: { NO_COLOR: '1' },
    reporters: ['default', './test/closing-line-reporter.ts'],
  },
})
