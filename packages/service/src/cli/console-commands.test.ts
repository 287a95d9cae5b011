import { execFileSync } from 'node:child_process'
import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { clusterCommands, firstCommands, groupCommands } from '../console/page/kafka/commands.ts'
import { programFor } from './main.ts'

const names = ['orders', '-orders', "it's <b>", '$(id)', '--cluster']
const { group, topic } = firstCommands('demo')
const clusters = clusterCommands('demo', 'arn:aws:kafka:us-east-1:000000000000:cluster/demo/1')
const groups = groupCommands('demo')
const shown = [
  ...[...clusters.brokers, ...clusters.topics, ...groups.groups, ...group, topic],
  ...names.flatMap((name) => [...clusters.topic(name), ...groups.group(name)]),
]

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

/** As a POSIX shell gives them to a program. */
function wordsOf(command: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

/** What the command line makes of a command, which it does not carry out. */
async function taken(command: string): Promise<{ verb: string; operands: string[]; cluster: unknown }> {
  const [npx, own, ...argv] = wordsOf(command)
  expect([npx, own]).toEqual(['npx', 'sluice'])
  const program = programFor(argv)
  const seen: Command[] = []
  for (const leaf of leaves(program))
    leaf
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .action((...args: unknown[]) => void seen.push(args.at(-1) as Command))
  await program.parseAsync(argv, { from: 'user' })
  const [verb] = seen
  return { verb: verb?.name() ?? '', operands: verb?.args ?? [], cluster: verb?.opts()['cluster'] }
}

const own = shown.filter((command) => command.startsWith('npx sluice'))

it.each(own)('takes what the console shows: %s', async (command) => {
  expect((await taken(command)).verb).not.toBe('')
})

it.each(names)('takes a group and a topic for what they are called: %s', async (name) => {
  for (const command of [...clusters.topic(name).slice(1), ...groups.group(name)])
    expect(await taken(command)).toMatchObject({ operands: [name], cluster: 'demo' })
})
