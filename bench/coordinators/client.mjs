// The load, as a program of its own, so that the processor time of the server is the server's alone: `client JSON`, which
// says what it does, and prints what came of it in JSON.
import { heartbeats } from './heartbeats.mjs'
import { commits, fill, untilLoaded } from './offsets.mjs'
import { rebalance } from './rebalance.mjs'
import { transactions } from './transactions.mjs'

const plan = JSON.parse(process.argv[2])
const kinds = { transactions, rebalance, commits, heartbeats, fill, untilLoaded }

process.stdout.write(`${JSON.stringify(await kinds[plan.kind](plan))}\n`)
process.exit(0)
