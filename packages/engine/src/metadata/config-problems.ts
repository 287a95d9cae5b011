import { configDefinition, validateDefined, withoutListenerPrefix } from './config-definitions.ts'
import { configRules, WholeConfig } from './config-rules.ts'

export interface ConfigProblem {
  readonly name: string
  /** A sentence without its full stop. */
  readonly problem: string
}

/**
 * What is wrong with all that is set for a broker, wherever it was set: values that their definitions refuse, else what
 * breaks a rule. A start asks it about the static properties, the controller about what a change would lead to. Names
 * that nobody knows are not judged.
 */
export function configProblems(set: ReadonlyMap<string, string>): ConfigProblem[] {
  const invalid = [...set].flatMap(([name, value]) => {
    const definition = configDefinition('broker', name)
    const check = definition && validateDefined(definition, value)
    return check && !check.ok ? [{ name, problem: check.error }] : []
  })
  return invalid.length > 0 ? invalid : [...brokenRules(set), ...[...set].flatMap(brokenBehindPrefix)]
}

function brokenRules(set: ReadonlyMap<string, string>): ConfigProblem[] {
  const configs = new WholeConfig(set)
  return configRules.flatMap(({ names, problem }) => {
    const broken = problem(configs)
    return broken === null ? [] : [{ name: names.find((one) => set.has(one)) ?? names[0], problem: broken }]
  })
}

/** What holds for a config's value by itself holds for the value of one listener. */
function brokenBehindPrefix([name, value]: [string, string]): ConfigProblem[] {
  const bare = withoutListenerPrefix(name)
  if (bare === name) return []
  const configs = new WholeConfig(new Map([[bare, value]]))
  return configRules.flatMap(({ names, problem }) => {
    const broken = names.length === 1 && names[0] === bare ? problem(configs) : null
    return broken === null ? [] : [{ name, problem: broken }]
  })
}
