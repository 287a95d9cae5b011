// `npm run chaos -- [--hosting inline] [--seconds N] [--kills N] [--seed N]`: a cluster under load while its processes are
// killed and stopped, and an account of every record. test/chaos/run.ts does it; this loads it.
import { runSource } from './run-source.mjs'

runSource('test/chaos/run.ts', 'runChaos')
