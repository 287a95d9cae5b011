import { Pattern, type Variables } from './pattern.ts'

const componentsOfArn = 6

/** The six components of an ARN; the last one keeps its colons. */
export type Arn = readonly string[]

/** `topic/orders/…`; nothing where it is no ARN. */
export function resourceIn(arn: Arn): string {
  return arn[componentsOfArn - 1] ?? ''
}

export function arnOf(text: string): Arn {
  const components = text.split(':')
  if (components.length <= componentsOfArn) return components
  return [...components.slice(0, componentsOfArn - 1), components.slice(componentsOfArn - 1).join(':')]
}

/** Undefined where the ARN names none. */
export function accountOfArn(arn: string): string | undefined {
  const account = arnOf(arn)[4]
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined
}

/** An ARN with wildcards, each of which stays within its component. Components that are left away stand for all. */
export class ArnPattern {
  readonly text: string
  readonly #components: readonly Pattern[]
  readonly #isEverything: boolean

  constructor(text: string, options?: { variables: boolean }) {
    this.text = text
    this.#isEverything = text === '*'
    const components = splitOutsideVariables(text)
    while (components.length < componentsOfArn) components.push('*')
    this.#components = components.map((component) => new Pattern(component, options))
  }

  /** What the resource of every ARN begins with that it matches (`topic/orders/`). */
  get resourceStart(): string {
    return this.#components.at(-1)?.start ?? ''
  }

  matches(arn: Arn, variables: Variables): boolean {
    if (this.#isEverything) return true
    if (arn.length < componentsOfArn) return false
    // From the end: nearly all ARNs have the same beginning.
    for (let at = componentsOfArn - 1; at >= 0; at--)
      if (!this.#components[at]?.matches(arn[at] ?? '', variables)) return false
    return true
  }

  /** An ARN that begins with `start`, its resource's beginning among it, and matches; null where there is none. */
  witness(start: string, filler: string, variables: Variables): string | null {
    if (this.#isEverything) return start + filler
    const arn = arnOf(start)
    const [last, ...before] = [...this.#components].reverse()
    if (!before.reverse().every((pattern, at) => pattern.matches(arn[at] ?? '', variables))) return null
    const rest = last?.witness(arn.at(-1) ?? '', filler, variables)
    return rest === null || rest === undefined ? null : start + rest
  }
}

/** `${aws:username}` has a colon of its own. */
function splitOutsideVariables(text: string): string[] {
  const variables: string[] = []
  const marked = text.replaceAll(/\$\{[^}]*\}/g, (variable) => `\u0002${variables.push(variable) - 1}\u0002`)
  return [...arnOf(marked)].map((component) =>
    // oxlint-disable-next-line no-control-regex -- the mark that stands for a variable
    component.replaceAll(/\u0002(\d+)\u0002/g, (_, at: string) => variables[Number(at)] ?? ''),
  )
}
