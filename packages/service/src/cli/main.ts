import { Command, CommanderError } from 'commander'
import { codeOf } from '../fleet/operating-error.ts'
import { awsCommand } from './aws.ts'
import { brokerCommand } from './brokers.ts'
import { clusterCommand } from './cluster.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config/config.ts'
import { consoleCommand } from './console.ts'
import { consumeCommand } from './consume.ts'
import { credentialsCommand } from './credentials.ts'
import { doctorCommand } from './doctor.ts'
import { envCommand } from './env.ts'
import { exitCodes } from './exit-codes.ts'
import { explainCommand } from './explain.ts'
import { exportCommand } from './export.ts'
import { faultCommand } from './fault.ts'
import { printFailure } from './failure.ts'
import { groupCommand } from './group/group.ts'
import { iamCommand } from './iam.ts'
import { importCommand } from './import.ts'
import { logsCommand } from './logs.ts'
import { produceCommand } from './produce.ts'
import { resetCommand } from './reset.ts'
import { snapshotCommand } from './snapshot.ts'
import { streamCommand } from './stream.ts'
import { startCommand, upCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { stopCommand } from './stop.ts'
import { tailCommand } from './tail.ts'
import { tapCommand } from './tap.ts'
import { topicCommand } from './topic/topic.ts'
import { certCommand, revokeCommand, trustCommand } from './trust.ts'
import { version } from '../version.ts'

/**
 * Whoever reads our output may go when it has seen enough (`sluice --help | head -1`). Nobody is left to be told of
 * it, and what we do besides, such as being the service, goes on.
 */
function bearClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error
    })
}

/** A verb may have verbs of its own. */
function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** All verbs, as this command line (without `node` and the script) has them run. */
export function programFor(argv: readonly string[]): Command {
  const program = new Command('sluice')
    .description('The Amazon MSK API in front, real Kafka brokers behind, one command to start.')
    .version(version, '-v, --version')
    .helpOption('-h, --help', 'show this help')
    // What stands behind `aws` is the AWS CLI's own.
    .enablePositionalOptions()
    .helpCommand('help [verb]', 'show the help of a verb')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 failed, 2 wrong usage, 3 not running, 4 started but for a cluster that waits for you. Data goes to stdout, talk to stderr.',
    )
  const commands = [
    startCommand(argv),
    upCommand(argv),
    logsCommand(),
    statusCommand(),
    consoleCommand(),
    envCommand(),
    stopCommand(),
    clusterCommand(),
    brokerCommand(),
    topicCommand(),
    produceCommand(),
    consumeCommand(),
    tailCommand(),
    exportCommand(),
    importCommand(),
    snapshotCommand(),
    resetCommand(),
    groupCommand(),
    streamCommand(),
    configCommand(),
    awsCommand(),
    trustCommand(),
    certCommand(),
    revokeCommand(),
    credentialsCommand(),
    iamCommand(),
    faultCommand(),
    tapCommand(),
    explainCommand(),
    doctorCommand(),
    completionCommand(program),
  ]
  for (const command of commands) program.addCommand(command)
  return program
}

/** Runs one command line and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  bearClosedPipes()
  const program = programFor(argv)
  for (const command of withSubcommands(program))
    command.exitOverride().showHelpAfterError('(run it with --help to see what it takes)')
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    // Commander has written its message already.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    else process.exitCode = printFailure(error)
  }
}
