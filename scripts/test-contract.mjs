// `npm run test:contract -- --engine embedded|apache-kafka|both [--brokers 3] [filter …]`: the contract tests on our engine,
// on Apache Kafka, or on both with a comparison of their answers. test/oracle/run.ts does it; this loads it.
import { runSource } from './run-source.mjs'

runSource('test/oracle/run.ts', 'runContract')
