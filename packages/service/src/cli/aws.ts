import { spawn } from 'node:child_process'
import { Command } from 'commander'
import { OperatingError } from '../fleet/operating-error.ts'
import { environmentOf } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import { dataDirOption } from './options.ts'
import { askStatus } from './running-service.ts'

/** The AWS CLI with the endpoint and the key of a running service. Its exit code is ours. */
export function awsCommand(): Command {
  return new Command('aws')
    .description('run the AWS CLI on the running service: sluice aws kafka list-clusters-v2')
    .argument('[words...]', 'as the AWS CLI takes them')
    .addOption(dataDirOption())
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (words: string[], { dataDir }: { dataDir: string }) => {
      const { report, accessKey } = await askStatus(dataDir)
      process.exitCode = await runAws(words, environmentOf(report, accessKey, undefined))
    })
}

/** What would win over the service's own key and endpoints. */
const foreign = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
]

function runAws(words: readonly string[], variables: Readonly<Record<string, string>>): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables }
  for (const name of foreign) delete env[name]
  return new Promise((resolve, reject) => {
    const child = spawn('aws', words, { env, stdio: 'inherit' })
    child.once('error', ({ message }) => {
      reject(
        new OperatingError('The AWS CLI cannot be run.', {
          code: 'AWS_CLI_MISSING',
          why: message,
          next: 'Install it so that `aws` is on the PATH, or ask the endpoint by other means: sluice env.',
        }),
      )
    })
    child.once('close', (code) => resolve(code ?? exitCodes.failed))
  })
}
