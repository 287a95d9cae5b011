import {
  lineLogger,
  systemClock,
  systemDisk,
  systemNetwork,
  systemProcesses,
  systemRandom,
} from '@sluice/effects'
import { startCluster } from '@sluice/engine'

// A cluster of one broker in a process of its own, so that a test can kill it: `node DIRECTORY key=value …`.
// It says `ready PORT` when it serves, and stops cleanly on SIGTERM.

const [directory, ...settings] = process.argv.slice(2)
if (!directory) throw new Error('no directory')
const clock = systemClock()
const cluster = await startCluster({
  directory,
  controller: { nodeId: 10_000, host: '127.0.0.1', port: 0 },
  brokers: [
    {
      nodeId: 1,
      rack: null,
      listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', host: '127.0.0.1', port: 0 }],
    },
  ],
  properties: Object.fromEntries(settings.map((setting) => setting.split('=', 2) as [string, string])),
  effects: {
    clock,
    disk: systemDisk(),
    network: systemNetwork(),
    random: systemRandom(),
    processes: systemProcesses(),
    logger: lineLogger(
      (line) => console.error(line),
      'warn',
      () => clock.now(),
    ),
  },
  onBrokerFailure: (_, failure) => {
    console.error(failure.stack)
    process.exit(1)
  },
})
process.once('SIGTERM', () => void cluster.stop().then(() => process.exit(0)))
console.log(`ready ${cluster.brokers[0]?.listeners[0]?.port}`)
