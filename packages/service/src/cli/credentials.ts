import { resolve } from 'node:path'
import { Command } from 'commander'
import { systemDisk, systemEffects } from '@sluice/effects'
import { isIdentityArn, readAccessKeys, writeAccessKeys } from '../access-keys.ts'
import { newAccessKey } from '../credentials.ts'
import { identitiesIn } from '../iam-question.ts'
import { UsageError } from '../usage-error.ts'
import { parseRegion } from './settings.ts'
import { dataDirOption } from './options.ts'
import { formatOption, type OutputFormat, printAll, printOne } from './output.ts'
import { notRunning } from './running-service.ts'

/* The access keys of a data directory beside the owner's. A service that runs takes up what is changed here. */

interface AddFlags {
  dataDir: string
  user?: string
  role?: string
  account?: string
  identity?: string
  region?: string[]
  output: OutputFormat
}

export function credentialsCommand(): Command {
  return new Command('credentials')
    .description('access keys of users, roles and other accounts')
    .addCommand(
      new Command('add')
        .description('make an access key; its secret is shown this one time')
        .option('--user <name>', 'of a user of iam.json')
        .option('--role <name>', 'of a role of iam.json')
        .option('--account <id>', 'of the owner of another account, twelve digits')
        .option('--identity <arn>', 'of any of these, by its ARN')
        .option('--region <region...>', 'good in these regions alone')
        .addOption(formatOption())
        .addOption(dataDirOption())
        .action(add),
    )
    .addCommand(
      new Command('list')
        .description('whose keys there are, without their secrets')
        .addOption(formatOption())
        .addOption(dataDirOption())
        .action(list),
    )
    .addCommand(
      new Command('remove')
        .description('take an access key away: nobody signs or logs in with it from then on')
        .argument('<access key>')
        .addOption(formatOption())
        .addOption(dataDirOption())
        .action(remove),
    )
}

async function add(flags: AddFlags): Promise<void> {
  const { disk, random } = systemEffects()
  const dataDirectory = known(flags.dataDir)
  const identity = identityOf(flags, dataDirectory)
  const regions = flags.region?.map(parseRegion)
  const key = { ...newAccessKey(random), identity, ...(regions && { regions }) }
  writeAccessKeys(disk, dataDirectory, [...readAccessKeys(disk, dataDirectory), key])
  const lines = `AWS_ACCESS_KEY_ID=${key.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${key.secretAccessKey}\n`
  await printOne(key, () => lines, flags.output)
  process.stderr.write(`\n  The key is ${identity}'s. Its secret is not shown again.\n`)
}

function identityOf({ user, role, account, identity }: AddFlags, dataDirectory: string): string {
  const given = [user, role, account, identity].filter((one) => one !== undefined)
  if (given.length !== 1)
    throw new UsageError('Say whose the key is, by one of --user, --role, --account and --identity.')
  const { partition, account: own } = identitiesIn(systemDisk(), dataDirectory).snapshot
  const home = `arn:${partition}:iam::${own}`
  const arn =
    identity ??
    (user !== undefined ? `${home}:user/${user}` : undefined) ??
    (role !== undefined ? `${home}:role/${role}` : `arn:${partition}:iam::${account}:root`)
  if (!isIdentityArn(arn))
    throw new UsageError(`${arn} is not the ARN of a user, a role or an account's root.`)
  return arn
}

/** Of a key, without its secret. */
interface Held {
  accessKeyId: string
  identity: string
  regions?: readonly string[]
}

const columns = {
  'ACCESS KEY': ({ accessKeyId }: Held) => accessKeyId,
  WHOSE: ({ identity }: Held) => identity,
  REGIONS: ({ regions }: Held) => regions?.join(', '),
}

function held({ accessKeyId, identity, regions }: Held): Held {
  return { accessKeyId, identity, ...(regions && { regions }) }
}

async function list({ dataDir, output }: { dataDir: string; output: OutputFormat }): Promise<void> {
  await printAll(readAccessKeys(systemDisk(), known(dataDir)).map(held), columns, output)
}

async function remove(
  accessKeyId: string,
  { dataDir, output }: { dataDir: string; output: OutputFormat },
): Promise<void> {
  const disk = systemDisk()
  const dataDirectory = known(dataDir)
  const keys = readAccessKeys(disk, dataDirectory)
  const removed = keys.find((key) => key.accessKeyId === accessKeyId)
  if (!removed) throw new UsageError(`There is no access key ${accessKeyId} in ${dataDirectory}.`)
  writeAccessKeys(
    disk,
    dataDirectory,
    keys.filter((key) => key !== removed),
  )
  process.stderr.write(`Removed ${accessKeyId}.\n`)
  // People have been told.
  await printOne(held(removed), () => '', output)
}

/** Keys are good where a service was started once: it made the directory. */
function known(dataDir: string): string {
  const dataDirectory = resolve(dataDir)
  if (!systemDisk().existsSync(dataDirectory)) throw notRunning(dataDir)
  return dataDirectory
}
