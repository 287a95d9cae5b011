/**
 * The options of a login as JAAS writes them: `org.example.LoginModule required name="value" other=value;`. Empty where
 * the login is another module's.
 */
export function jaasOptions(text: string, module: string): ReadonlyMap<string, string> | null {
  if (!text.trim().split(/\s+/)[0]?.endsWith(`.${module}`)) return null
  const options = text.matchAll(/(\S+?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/g)
  return new Map(
    [...options].map(([, name = '', quoted, bare]) => [
      name,
      quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '',
    ]),
  )
}
