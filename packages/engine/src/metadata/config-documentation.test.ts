import { expect, it } from 'vitest'
import {
  type ConfigScope,
  configDefinitions,
  dynamicOnlyBrokerConfigs,
  withoutListenerPrefix,
} from './config-definitions.ts'
import { documentationOf } from './config-documentation.ts'

const scopes: ConfigScope[] = ['topic', 'broker', 'group', 'client-metrics']
const names = [
  ...scopes.flatMap((scope) => [...configDefinitions(scope).keys()]),
  ...dynamicOnlyBrokerConfigs().keys(),
]

it.each(names)('%s has a sentence of its own', (name) => {
  expect(documentationOf(name)).toMatch(/^[A-Z0-9*].{15,200}\.$/)
})

it('says the unit of what the name says is a time', () => {
  for (const [suffix, unit] of [
    [/\.ms$/, /[Mm]illisecond/],
    [/\.(seconds|secs)$/, /[Ss]econds/],
    [/\.hours$/, /[Hh]ours/],
    [/\.minutes$/, /[Mm]inutes/],
  ] as const)
    for (const name of names.filter((one) => suffix.test(one)))
      expect([name, documentationOf(name)]).toEqual([name, expect.stringMatching(unit)])
})

it('is found behind the prefix of a listener, and for nothing unknown', () => {
  expect(withoutListenerPrefix('listener.name.client.ssl.key.password')).toBe('ssl.key.password')
  expect(documentationOf('plugin.of.mine')).toBeNull()
})
