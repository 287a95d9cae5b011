/** How a client is named whose certificate has this subject (`CN=alice,O=Acme`); null: no rule says how. */
export type PrincipalMapping = (distinguishedName: string) => string | null

/** One rule, or what cannot be read as one. */
const rule =
  /\s*(?:(?<whole>DEFAULT)|RULE:(?<pattern>(?:\\.|[^\\/])*)\/(?<name>(?:\\.|[^\\/])*)\/(?<letters>[LU]?)|(?<other>[^,\n]*?))\s*(?:[,\n]|$)/gy

/**
 * `ssl.principal.mapping.rules` as Apache Kafka reads them (KIP-371): a list of `DEFAULT`, which takes the subject as it
 * is, and `RULE:pattern/name/`, with L or U behind it for small or capital letters; `$1` in the name is what the pattern's
 * first group has matched. The first rule whose pattern matches the whole subject names the client. Throws where one
 * cannot be read.
 */
export function principalMapping(rules: string): PrincipalMapping {
  const mappings = readRules(rules.trim())
  return (distinguishedName) => {
    for (const mapping of mappings) {
      const name = mapping(distinguishedName)
      if (name !== null) return name
    }
    return null
  }
}

function readRules(rules: string): PrincipalMapping[] {
  const mappings: PrincipalMapping[] = []
  rule.lastIndex = 0
  while (rule.lastIndex < rules.length) {
    const { whole, pattern, name, letters, other } = rule.exec(rules)?.groups ?? {}
    if (whole !== undefined) mappings.push((distinguishedName) => distinguishedName)
    else if (pattern !== undefined) mappings.push(ruleOf(pattern, name ?? '', letters ?? ''))
    else throw new Error(`Invalid rule: \`${other ?? rules}\``)
  }
  return mappings
}

function ruleOf(pattern: string, name: string, letters: string): PrincipalMapping {
  const expression = new RegExp(`^(?:${pattern})$`, 'u')
  const replacement = name.replaceAll(/\\(.)|\$(?!\d)/g, (text, escaped?: string) =>
    literally(escaped ?? text),
  )
  return (distinguishedName) => {
    if (!expression.test(distinguishedName)) return null
    const mapped = distinguishedName.replace(expression, replacement)
    if (letters === 'L') return mapped.toLowerCase()
    return letters === 'U' ? mapped.toUpperCase() : mapped
  }
}

function literally(text: string): string {
  return text === '$' ? '$$' : text
}
