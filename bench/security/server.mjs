// The engine with a listener of each kind, as a program of its own: `server DIR KEYSTORE key=value …`. Prints the ports by
// the listeners' names, in JSON. A line on its input asks what one question of IAM costs: then it prints that.
import { createInterface } from 'node:readline'
import {
  lineLogger,
  silentLogger,
  systemClock,
  systemDisk,
  systemNetwork,
  systemRandom,
} from '@sluice/effects'
import { startCluster } from '@sluice/engine'
import { ClusterAccess, iamMechanisms, Identities } from 'sluice'
// What the engine keeps to itself.
import { StandardAuthorizer } from '../../packages/engine/dist/authorizer/standard-authorizer.js'
import { AclsImage } from '../../packages/engine/dist/metadata/acls-image.js'
import { accessKey, policiesOfStatements, region, account } from './iam.mjs'

const [directory, keystore, ...settings] = process.argv.slice(2)
const host = '127.0.0.1'
const statements = 50
const acls = 1_000
const clock = systemClock()
const random = systemRandom()

const user = `arn:aws:iam::${account}:user/bench`
const identities = new Identities({
  partition: 'aws',
  region,
  account,
  ownerKey: null,
  keys: [{ ...accessKey, identity: user }],
  table: JSON.stringify({ users: { bench: { policies: policiesOfStatements(statements) } } }),
})
const clusterArn = `arn:aws:kafka:${region}:${account}:cluster/bench/u-1`
const access = new ClusterAccess(identities, clusterArn, () => null)
const mechanisms = iamMechanisms(access, [{ host }], { clock, random, logger: silentLogger })

const listener = (name, protocol) => ({ name, protocol, host, port: 0 })
const cluster = await startCluster({
  directory,
  controller: { nodeId: 1000, host, port: 0 },
  brokers: [
    {
      nodeId: 1,
      rack: null,
      listeners: [
        listener('PLAIN', 'PLAINTEXT'),
        listener('SECURE', 'SSL'),
        listener('LOGIN', 'SASL_PLAINTEXT'),
      ],
      mechanisms,
    },
  ],
  properties: {
    ...Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2))),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'listener.name.login.sasl.enabled.mechanisms': 'SCRAM-SHA-512,AWS_MSK_IAM',
  },
  effects: {
    clock,
    disk: systemDisk(),
    network: systemNetwork(),
    random,
    logger: lineLogger(
      (line) => process.stderr.write(`${line}\n`),
      'warn',
      () => clock.now(),
    ),
  },
})
const [{ listeners }] = cluster.brokers
print(Object.fromEntries(listeners.map(({ name, port }) => [name, port])))
process.on('SIGTERM', () => void cluster.stop().then(() => process.exit(0)))
createInterface({ input: process.stdin }).on('line', (message) => void authorize(message).then(print))

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** What questions cost, ns; `message` is what a client of IAM logs in by. */
async function authorize(message) {
  const exchange = mechanisms.find(({ name }) => name === 'AWS_MSK_IAM').begin(host)
  const { done } = await exchange.evaluate(Buffer.from(message), host)
  const ask = (topic) => done.permissions.allows('write', 'topic', topic)
  return { iam: questionCosts(ask), acls: questionCosts(questionOfAcls()) }
}

/** Of a client of which a thousand ACLs say something, of its topics and of others. */
function questionOfAcls() {
  const image = new AclsImage()
  const about = { resourceType: 2, patternType: 3, host: '*', operation: 4, permissionType: 3 }
  for (let at = 0; at < acls; at++)
    image.add({
      ...about,
      id: `acl-${at}`,
      resourceName: at % 2 ? `orders-${at}` : `team-${at}-`,
      patternType: at % 2 ? 3 : 4,
      principal: at % 3 ? 'User:bench' : 'User:other',
    })
  image.add({ ...about, id: 'own', resourceName: 'o', patternType: 4, principal: 'User:bench' })
  const options = { acls: image, superUsers: new Set(), allowsEveryoneWithoutAcl: false }
  const permissions = new StandardAuthorizer(options).permissionsOf('User:bench', host)
  return (topic) => permissions.allows('write', 'topic', topic)
}

/** Of a topic that was not asked of before, and of one that was: what each request but the first of a second pays. */
function questionCosts(ask) {
  for (let i = 0; i < 20_000; i++) ask(`warm-${i}`)
  const first = nanosecondsEach(5_000, (i) => ask(`orders-${i}`))
  const again = nanosecondsEach(200_000, (i) => ask(`orders-${i % 100}`))
  return { first, again }
}

function nanosecondsEach(times, act) {
  const began = process.hrtime.bigint()
  for (let i = 0; i < times; i++) act(i)
  return Number(process.hrtime.bigint() - began) / times
}
