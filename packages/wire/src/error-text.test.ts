import { expect, it } from 'vitest'
import { errorText, errorTextUnitsMax } from './error-text.ts'
import { CreateTopics } from './schema/19-create-topics.ts'

it('is left alone as long as it is within the bound', () => {
  const text = 'x'.repeat(errorTextUnitsMax)
  expect(errorText(text)).toBe(text)
})

it('is cut to the bound, never within a character', () => {
  const cut = errorText('😀'.repeat(errorTextUnitsMax))
  expect(cut.length).toBeLessThanOrEqual(errorTextUnitsMax)
  expect(cut).toMatch(/^(😀)+…$/u)
})

it.each([2, 7])('is bounded in every answer, version %i', (version) => {
  const name = 'x'.repeat(32_000)
  const topics = [{ name, errorCode: 17, errorMessage: `'${name}' is no name of a topic` }]
  const bytes = CreateTopics.response.encodeToBuffer(version, { topics })
  const [topic] = CreateTopics.response.decodeBuffer(bytes, version).topics
  expect(topic?.name).toBe(name)
  expect(topic?.errorMessage).toHaveLength(errorTextUnitsMax)
})
