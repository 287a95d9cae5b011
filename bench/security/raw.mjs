// What node:tls itself costs: a server that takes frames off an encrypted connection and answers each, and does nothing else.
// `raw KEYSTORE BYTES`: so long is an answer. Prints its port.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import { onFrames } from './frames.mjs'

const [keystore, answerBytes] = process.argv.slice(2)
const pem = readFileSync(keystore)
const answer = Buffer.alloc(4 + Number(answerBytes))
answer.writeInt32BE(Number(answerBytes))

const server = createServer({ key: pem, cert: pem, noDelay: true }, (socket) => {
  socket.on('error', () => {})
  onFrames(socket, () => socket.write(answer))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
process.on('SIGTERM', () => process.exit(0))
