// `npm run test:lives -- --engine apache-kafka [--version 3.9.x.kraft]`, or `--engine embedded --hosting process`: the life
// of a cluster of several brokers by the MSK API, with a timeline. test/lives/run.ts does it; this loads it.
import { runSource } from './run-source.mjs'

runSource('test/lives/run.ts', 'runLives')
