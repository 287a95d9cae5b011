// The engine as a program of its own, which is what the benchmark and the soak load: `engine DIR PORT[,PORT …]
// key=value …`, a broker a port. Prints the ports when all serve; ends on SIGTERM. A line `kill ID` on its input ends a
// broker without a word and starts it anew; `held` (with --expose-gc) collects what nobody holds and prints how many bytes
// are left. `npm run build` bundles it.
import { createInterface } from 'node:readline'
import { lineLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { startCluster } from '@sluice/engine'

const [directory, ports, ...settings] = process.argv.slice(2)
const host = '127.0.0.1'
const clock = systemClock()
const properties = Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2)))
const brokers = ports.split(',').map((port, at) => ({
  nodeId: at + 1,
  rack: null,
  listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: Number(port) }],
}))
void startCluster({
  directory,
  controller: { nodeId: 1000, host, port: 0 },
  brokers,
  properties,
  effects: {
    clock,
    disk: systemDisk(),
    network: systemNetwork(),
    random: systemRandom(),
    logger: lineLogger(
      (line) => process.stderr.write(`${line}\n`),
      'warn',
      () => clock.now(),
    ),
  },
}).then((cluster) => {
  process.stdout.write(`${cluster.brokers.map(({ listeners: [{ port }] }) => port).join(',')}\n`)
  process.on('SIGTERM', () => void cluster.stop().then(() => process.exit(0)))
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'held') tellHeld()
    const broker = brokers.find(({ nodeId }) => line === `kill ${nodeId}`)
    if (broker) void cluster.kill(broker.nodeId).then(() => cluster.startBroker(broker, properties))
  })
})

function tellHeld() {
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  process.stdout.write(`held ${heapUsed + external}\n`)
}
