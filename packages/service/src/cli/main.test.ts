import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { programFor } from './main.ts'

/** Those that print what has a form already, which is not ours to choose. */
const ofOthers: Readonly<Record<string, string>> = {
  aws: 'what the AWS CLI prints',
  completion: 'a script for a shell',
  export: 'records as NDJSON, which import takes',
  logs: 'lines of a file',
  trust: 'a certificate, in the forms of --format',
}

function leaves(command: Command, path = ''): [string, Command][] {
  if (command.commands.length === 0) return [[path, command]]
  return command.commands.flatMap((one) => leaves(one, `${path} ${one.name()}`.trim()))
}

const verbs = leaves(programFor([]))

describe('every verb', () => {
  it.each(verbs.filter(([path]) => !(path in ofOthers)))(
    '%s prints for people and for programs',
    (_, verb) => {
      const output = verb.options.find(({ long }) => long === '--output')
      expect(output?.short).toBe('-o')
      expect(output?.argChoices).toEqual(expect.arrayContaining(['table', 'json', 'ndjson', 'yaml']))
    },
  )

  it.each(verbs)('%s says what it is for', (_, verb) => {
    expect(verb.description()).not.toBe('')
  })
})

it('no verb that is gone is excused', () => {
  const paths = verbs.map(([path]) => path)
  expect(Object.keys(ofOthers).filter((path) => !paths.includes(path))).toEqual([])
})
