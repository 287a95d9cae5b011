// Runs a command for as long as whoever started this holds its standard input open: `guard.mjs LOG COMMAND ARG …`.
// A test run that is interrupted, or killed, closes it, and the command is killed. The lines `stop` and `kill` on
// standard input end it earlier. A process group of its own keeps a terminal's Ctrl-C away from the command.
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [log, command, ...args] = process.argv.slice(2)
const output = openSync(log, 'a')
const child = spawn(command, args, { stdio: ['ignore', output, output] })

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code) => process.exit(code ?? 128))
createInterface({ input: process.stdin })
  .on('line', (line) => child.kill(line === 'stop' ? 'SIGTERM' : 'SIGKILL'))
  .on('close', () => child.kill('SIGKILL'))
