import { Command, Option } from 'commander'
import { chosenCluster, dotenvLines, environmentJson, environmentOf, exportLines } from './environment.ts'
import { dataDirOption } from './options.ts'
import { askStatus } from './running-service.ts'

interface EnvFlags {
  dataDir: string
  cluster?: string
  output: 'text' | 'env' | 'json'
}

export function envCommand(): Command {
  return new Command('env')
    .description('print what AWS tools and Kafka clients need to know, for example: eval "$(sluice env)"')
    .addOption(dataDirOption())
    .option('--cluster <name>', 'the cluster whose bootstrap servers are meant')
    .addOption(
      new Option('-o, --output <format>', 'text: export lines for a shell, env: KEY=value lines, json')
        .choices(['text', 'env', 'json'])
        .default('text'),
    )
    .action(async (flags: EnvFlags) => {
      const { report, accessKey } = await askStatus(flags.dataDir)
      const cluster = chosenCluster(report, flags.cluster)
      if (flags.output === 'json') {
        process.stdout.write(`${JSON.stringify(environmentJson(report, accessKey, cluster), null, 2)}\n`)
        return
      }
      const variables = environmentOf(report, accessKey, cluster)
      process.stdout.write(flags.output === 'env' ? dotenvLines(variables) : exportLines(variables))
      if (!cluster && report.clusters.length > 1)
        process.stderr.write('Several clusters run: name one with --cluster to get BOOTSTRAP_SERVERS.\n')
    })
}
