import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

/** The sources as the tidy test sees them: every file parsed once. */
export const root = fileURLToPath(new URL('..', import.meta.url))

interface Import {
  /** As written. */
  specifier: string
  typeOnly: boolean
  reexport: boolean
  names: ImportedName[]
}

interface ImportedName {
  /** As its file exports it; `*` for everything. */
  name: string
  /** As this file calls it or passes it on; `*` where all of it is passed on. */
  as: string
}

interface Named {
  name: string
  line: number
}

interface FunctionSize {
  /** `name` or `Class.name`; anonymous ones carry the name of the call or property that holds them. */
  name: string
  lines: number
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  path: string
  package: string
  /** A test, or what is made for tests: `testing/`. */
  isTest: boolean
  text: string
  lines: number
  imports: Import[]
  functions: FunctionSize[]
  /** What is declared here with `export`, or passed on by name. */
  exports: (Named & { isType: boolean })[]
  /** `Class.member` of all that is not private. */
  members: (Named & { className: string })[]
  /** Names that are read from something: `.name`, `{ name } = …`, `Type['name']`. */
  reads: Set<string>
  /** `a.b` of two plain names: what is used of a namespace. */
  qualified: Set<string>
  /** `case 5:` over a `….type`. */
  numericTypeCases: Named[]
  /** Uses of the clock, randomness and timers, as `line: what`. */
  effects: { line: number; what: string }[]
  /** Nothing in it but imports and re-exports. */
  isBarrel: boolean
}

type Node = { type: string; start: number; end: number } & Record<string, unknown>

export function readSources(): SourceFile[] {
  const packages = readdirSync(join(root, 'packages'))
  return packages.flatMap((name) =>
    filesBelow(join(root, 'packages', name, 'src'))
      .filter((path) => path.endsWith('.ts'))
      .map((path) => parse(path, name)),
  )
}

/** What uses the packages from outside: tests of the whole, benchmark, scripts, examples. */
export function readSurroundings(): SourceFile[] {
  return ['test', 'bench', 'scripts', 'examples'].flatMap((name) =>
    filesBelow(join(root, name))
      .filter((path) => /\.(ts|mjs)$/.test(path) && !path.includes('/data/'))
      .map((path) => parse(path, name)),
  )
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

/** Where a relative import of `file` leads, as a path from the root. */
export function resolveRelative(file: SourceFile, specifier: string): string {
  return normalize(join(dirname(file.path), specifier)).replaceAll('\\', '/')
}

function parse(path: string, packageName: string): SourceFile {
  return parseText(relative(root, path).replaceAll('\\', '/'), packageName, readFileSync(path, 'utf8'))
}

export function parseText(path: string, packageName: string, text: string): SourceFile {
  const parsed = parseSync(path, text)
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`)
  const program = parsed.program as unknown as Node
  const lineOf = lineFinder(text)
  const file: SourceFile = {
    path,
    package: packageName,
    isTest: packageName === 'test' || /\.test\.ts$|\/testing\//.test(path),
    text,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: [],
    functions: [],
    exports: [],
    members: [],
    reads: new Set(),
    qualified: new Set(),
    numericTypeCases: [],
    effects: [],
    isBarrel: (program.body as Node[]).every(
      (statement) =>
        statement.type === 'ExportAllDeclaration' ||
        statement.type === 'ImportDeclaration' ||
        (statement.type === 'ExportNamedDeclaration' && statement.declaration === null),
    ),
  }
  walk(program, [], (node, parents) => {
    collectImport(node, file)
    collectExport(node, file, lineOf)
    collectMember(node, parents, file, lineOf)
    collectReads(node, file)
    collectNumericCase(node, parents, file, lineOf)
    collectEffect(node, file, lineOf)
    if (isFunction(node)) {
      const lines = lineOf(node.end) - lineOf(node.start) + 1
      file.functions.push({ name: nameOfFunction(node, parents), lines })
    }
  })
  return file
}

/** `parents` is one list for the whole walk: what a visit keeps of it, it copies. */
function walk(node: Node, parents: Node[], visit: (node: Node, parents: readonly Node[]) => void): void {
  visit(node, parents)
  parents.push(node)
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, parents, visit)
    if (isNode(value)) walk(value, parents, visit)
  }
  parents.pop()
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function isFunction(node: Node): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type)
}

function collectImport(node: Node, file: SourceFile): void {
  const kinds = [
    'ImportDeclaration',
    'ExportNamedDeclaration',
    'ExportAllDeclaration',
    'ImportExpression',
    'TSImportType',
  ]
  if (!kinds.includes(node.type) || !isNode(node.source) || typeof node.source.value !== 'string') return
  const typeOnly = node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType'
  file.imports.push({
    specifier: node.source.value,
    typeOnly,
    reexport: node.type.startsWith('Export'),
    names: importedNames(node),
  })
}

function importedNames(node: Node): ImportedName[] {
  if (node.type === 'ExportAllDeclaration') return [{ name: '*', as: nameIn(node.exported) ?? '*' }]
  // What comes of `import('…')` is not followed: all of it counts as used.
  if (!Array.isArray(node.specifiers)) return [{ name: '*', as: '*' }]
  return (node.specifiers as Node[]).map((one) => {
    if (one.type === 'ImportNamespaceSpecifier') return { name: '*', as: nameIn(one.local) ?? '' }
    if (one.type === 'ImportDefaultSpecifier') return { name: 'default', as: nameIn(one.local) ?? '' }
    if (one.type === 'ImportSpecifier')
      return { name: nameIn(one.imported) ?? '', as: nameIn(one.local) ?? '' }
    return { name: nameIn(one.local) ?? '', as: nameIn(one.exported) ?? '' }
  })
}

function collectExport(node: Node, file: SourceFile, lineOf: (at: number) => number): void {
  if (node.type !== 'ExportNamedDeclaration') return
  const declared = node.declaration
  const isType = node.exportKind === 'type'
  const add = (name: string | undefined, at: Node) =>
    name && file.exports.push({ name, line: lineOf(at.start), isType: isType || at.exportKind === 'type' })
  if (!isNode(declared)) for (const one of node.specifiers as Node[]) add(nameIn(one.exported), one)
  else if (declared.type !== 'VariableDeclaration') add(nameIn(declared.id), declared)
  else
    for (const { id } of declared.declarations as { id: Node }[])
      for (const name of namesIn(id)) add(name, id)
}

/** What a declaration binds: one name, or those of a pattern. */
function namesIn(pattern: Node): string[] {
  if (pattern.type === 'Identifier') return [nameIn(pattern) ?? '']
  const parts = (pattern.properties ??
    pattern.elements ?? [pattern.argument ?? pattern.left]) as (Node | null)[]
  return parts.flatMap((part) =>
    part ? namesIn(part.type === 'Property' ? (part.value as Node) : part) : [],
  )
}

/** What a class shows. A member that overrides is called by the class above it. */
function collectMember(
  node: Node,
  parents: readonly Node[],
  file: SourceFile,
  lineOf: (at: number) => number,
): void {
  if (!['PropertyDefinition', 'MethodDefinition'].includes(node.type) || node.computed || node.override)
    return
  const name = isNode(node.key) && node.key.type === 'Identifier' ? nameIn(node.key) : undefined
  if (!name || name === 'constructor') return
  const className = nameIn(parents.at(-2)?.id) ?? 'class'
  file.members.push({ className, name, line: lineOf(node.start) })
}

function collectReads(node: Node, file: SourceFile): void {
  if (node.type === 'MemberExpression') {
    const name = isNode(node.property) && !node.computed ? nameIn(node.property) : literalText(node.property)
    if (name) file.reads.add(name)
    const of = nameIn(node.object)
    if (of && name) file.qualified.add(`${of}.${name}`)
  }
  if (node.type === 'TSQualifiedName') file.qualified.add(`${nameIn(node.left)}.${nameIn(node.right)}`)
  if (node.type === 'ObjectPattern')
    for (const property of node.properties as Node[]) file.reads.add(nameIn(property.key) ?? '')
  if (node.type === 'TSIndexedAccessType' && isNode(node.indexType))
    file.reads.add(literalText(node.indexType.literal) ?? '')
}

function collectNumericCase(
  node: Node,
  parents: readonly Node[],
  file: SourceFile,
  lineOf: (at: number) => number,
): void {
  if (node.type !== 'SwitchCase' || !isNode(node.test) || typeof node.test.value !== 'number') return
  const over = parents.at(-1)?.discriminant
  if (isNode(over) && over.type === 'MemberExpression' && nameIn(over.property) === 'type')
    file.numericTypeCases.push({ name: `case ${node.test.value}:`, line: lineOf(node.start) })
}

function literalText(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' ? String(value.value) : undefined
}

const bannedGlobals = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
const bannedMembers = new Set([
  'process.env',
  'Date.now',
  'Math.random',
  'performance.now',
  'process.hrtime',
  'process.kill',
  'crypto.randomUUID',
  'crypto.getRandomValues',
])

function collectEffect(node: Node, file: SourceFile, lineOf: (at: number) => number): void {
  const callee = isNode(node.callee) ? node.callee : undefined
  let what: string | undefined
  if (
    node.type === 'CallExpression' &&
    callee?.type === 'Identifier' &&
    bannedGlobals.has(String(callee.name))
  )
    what = String(callee.name)
  if (node.type === 'MemberExpression' && isNode(node.object) && isNode(node.property)) {
    const member = `${String(node.object.name)}.${String(node.property.name)}`
    if (bannedMembers.has(member)) what = member
  }
  // `new Date(ms)` only formats; without an argument it reads the clock.
  if (node.type === 'NewExpression' && callee?.name === 'Date' && (node.arguments as unknown[]).length === 0)
    what = 'new Date()'
  if (what) file.effects.push({ line: lineOf(node.start), what })
}

function nameOfFunction(node: Node, parents: readonly Node[]): string {
  const own = nameIn(node.id)
  const holders = parents
    .map(
      (parent) =>
        nameIn(parent.key) ??
        nameIn(parent.id) ??
        (parent.type === 'CallExpression' ? callName(parent) : undefined),
    )
    .filter((name) => name !== undefined)
  return [...holders.slice(-2), ...(own ? [own] : [])].join('.') || 'default'
}

function nameIn(value: unknown): string | undefined {
  return isNode(value) && typeof value.name === 'string' ? value.name : undefined
}

/** Tests are named by their text: `it('rolls by size', …)`. */
function callName(call: Node): string | undefined {
  const first = (call.arguments as Node[])[0]
  const text = first?.type === 'Literal' ? String(first.value) : undefined
  return [nameIn(call.callee), text].filter(Boolean).join(' ') || undefined
}

function lineFinder(text: string): (at: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (at) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= at) low = middle
      else high = middle
    }
    return low + 1
  }
}
