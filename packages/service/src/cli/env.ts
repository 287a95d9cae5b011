import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import type { AccessKey } from '../credentials.ts'
import { OperatingError } from '../fleet/operating-error.ts'
import { healthPath, type StatusReport } from '../status-report.ts'
import { withProfile } from './aws-profile.ts'
import {
  chosenCluster,
  dotenvLines,
  encrypted,
  environmentJson,
  environmentOf,
  exportLines,
} from './environment.ts'
import { dataDirOption } from './options.ts'
import { formatOptionWith, type OutputFormat, printOne } from './output.ts'
import { askStatus, scramVariables } from './running-service.ts'

interface EnvFlags {
  dataDir: string
  cluster?: string
  profile?: string
  https?: true
  output: OutputFormat | 'export' | 'env'
}

export function envCommand(): Command {
  return new Command('env')
    .description('print what AWS tools and Kafka clients need to know, for example: eval "$(npx sluice env)"')
    .addOption(dataDirOption())
    .option('--cluster <name>', 'the cluster whose bootstrap servers are meant')
    .option(
      '--profile <name>',
      'write endpoint, region and keys into the AWS configuration file as this profile, and print its name in their place',
    )
    .option('--https', 'the AWS endpoint by TLS, and what AWS tools have to trust for it')
    .addOption(
      formatOptionWith(['export', 'env'], 'export: lines for a shell, env: KEY=value lines').default(
        'export',
      ),
    )
    .action(async (flags: EnvFlags) => {
      const { report, accessKey } = await (flags.https ? askEncrypted : askStatus)(flags.dataDir)
      const cluster = chosenCluster(report, flags.cluster)
      if (flags.profile !== undefined) writeProfile(flags.profile, report, accessKey)
      const login = await scramVariables(report, accessKey, cluster)
      const variables = { ...environmentOf(report, accessKey, cluster, flags.profile), ...login }
      if (flags.output === 'export') process.stdout.write(exportLines(variables))
      else if (flags.output === 'env') process.stdout.write(dotenvLines(variables))
      else {
        const rows = Object.entries(variables).map(([name, value]) => [name, () => value] as const)
        const all = { ...environmentJson(report, accessKey, cluster), ...login }
        return printOne(all, Object.fromEntries(rows), flags.output)
      }
      if (!cluster && report.clusters.length > 1)
        process.stderr.write('Several clusters run: name one with --cluster to get BOOTSTRAP_SERVERS.\n')
      if (cluster && Object.keys(cluster.listeners).length === 0)
        process.stderr.write(
          `The cluster ${cluster.name} is ${cluster.state}: it has no BOOTSTRAP_SERVERS.\n`,
        )
    })
}

/** With the endpoint by TLS. Its certificate, and with it whom to trust, is there from when somebody has first asked for it. */
async function askEncrypted(dataDir: string): ReturnType<typeof askStatus> {
  const { local } = (await askStatus(dataDir)).report
  const { host, port } = local
  const asking = request({ host, port, path: healthPath, rejectUnauthorized: false, agent: false }).end()
  const [answer] = (await once(asking, 'response').catch((cause: unknown) => {
    throw new OperatingError('The AWS endpoint shows no certificate.', {
      code: 'AUTHORITY_UNUSABLE',
      why: 'It could make none by the authority of the data directory.',
      next: 'The log of the service says what is wrong with that.',
      cause,
    })
  })) as [IncomingMessage]
  answer.resume()
  const { report, accessKey } = await askStatus(dataDir)
  return { report: encrypted(report), accessKey }
}

/** Where AWS's tools look for it; it holds keys from now on, so that only its owner may read one that is new. */
function writeProfile(name: string, { endpoint, region, trust }: StatusReport, accessKey: AccessKey): void {
  const path = process.env['AWS_CONFIG_FILE'] || join(homedir(), '.aws', 'config')
  const isNew = !existsSync(path)
  const caBundle = endpoint.startsWith('https:') ? trust?.bundleFile : undefined
  const before = isNew ? '' : readFileSync(path, 'utf8')
  const text = withProfile(before, { name, endpoint, region, caBundle, ...accessKey })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode: 0o600 })
  process.stderr.write(`Wrote the profile ${name} into ${path}.\n`)
}
