import { execFileSync } from 'node:child_process'
import { Command, Option } from 'commander'
import { expect, it } from 'vitest'
import { completionScript } from './completion.ts'

const program = new Command('sluice').helpOption('-h, --help', 'show this help').helpCommand(false)
const list = new Command('list')
  .description("list what's there: all of it")
  .addOption(new Option('-o, --output <format>').choices(['table', 'json']))
  .option('--data-dir <directory>', 'where')
program.addCommand(new Command('cluster').description('clusters').addCommand(list))
program.addCommand(new Command('start').description('start it').option('--detach', 'behind'))

/** What bash offers behind these words, the last of which is being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash', program)}
COMP_WORDS=(sluice ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_sluice
printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  return output.split('\n').filter((line) => line !== '')
}

it('bash is offered verbs, their verbs, their options and the values of these', () => {
  expect(offered('')).toEqual(['cluster', 'start', '-h', '--help'])
  expect(offered('cl')).toEqual(['cluster'])
  expect(offered('cluster', 'l')).toEqual(['list'])
  expect(offered('start', '--')).toEqual(['--detach', '--help'])
  expect(offered('cluster', 'list', '--d')).toEqual(['--data-dir'])
  expect(offered('cluster', 'list', '-o', '')).toEqual(['table', 'json'])
  expect(offered('cluster', 'list', '--output', 'j')).toEqual(['json'])
  // A value that is called like a verb is none.
  expect(offered('cluster', 'list', 'start', '--det')).toEqual([])
})

it('zsh and fish are told the same, with what each is for', () => {
  const zsh = completionScript('zsh', program)
  expect(zsh).toContain(`'cluster list') items=('-o:' '--output:' '--data-dir:where'`)
  expect(zsh).toContain(String.raw`'list:list what'\''s there\: all of it'`)
  expect(zsh).toContain(`'cluster list|-o'|'cluster list|--output') compadd -- table json; return ;;`)
  const fish = completionScript('fish', program)
  expect(fish).toContain(`complete -c sluice -n "__sluice_at ''" -a start -d 'start it'`)
  expect(fish).toContain(
    `complete -c sluice -n "__sluice_at 'cluster list'" -s o -l output -x -a 'table json'`,
  )
})
