// The engine as a program of its own, which is what the benchmark and the soak load: `engine DIR PORT key=value …`.
// Prints its port when it serves; ends on SIGTERM. `npm run build` bundles it.
import { lineLogger, systemClock, systemDisk, systemNetwork, systemRandom } from '@sluice/effects'
import { startCluster } from '@sluice/engine'

const [directory, port, ...settings] = process.argv.slice(2)
const host = '127.0.0.1'
const clock = systemClock()
void startCluster({
  directory,
  controller: { nodeId: 1000, host, port: 0 },
  brokers: [
    {
      nodeId: 1,
      rack: null,
      listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host, port: Number(port) }],
    },
  ],
  properties: Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2))),
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
  process.stdout.write(`${cluster.brokers[0].listeners[0].port}\n`)
  process.on('SIGTERM', () => void cluster.stop().then(() => process.exit(0)))
})
