import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

/** The sources as the tidy test sees them: every file parsed once. */
export const root = fileURLToPath(new URL('..', import.meta.url))

export interface Import {
  /** As written. */
  specifier: string
  typeOnly: boolean
  reexport: boolean
}

export interface FunctionSize {
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

export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

/** Where a relative import of `file` leads, as a path from the root. */
export function resolveRelative(file: SourceFile, specifier: string): string {
  return normalize(join(dirname(file.path), specifier)).replaceAll('\\', '/')
}

export function parse(path: string, packageName: string): SourceFile {
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
    isTest: /\.test\.ts$|\/testing\//.test(path),
    text,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: [],
    functions: [],
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
    collectEffect(node, file, lineOf)
    if (isFunction(node)) {
      const lines = lineOf(node.end) - lineOf(node.start) + 1
      file.functions.push({ name: nameOfFunction(node, parents), lines })
    }
  })
  return file
}

function walk(node: Node, parents: Node[], visit: (node: Node, parents: Node[]) => void): void {
  visit(node, parents)
  const inside = [...parents, node]
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, inside, visit)
    if (isNode(value)) walk(value, inside, visit)
  }
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
  file.imports.push({ specifier: node.source.value, typeOnly, reexport: node.type.startsWith('Export') })
}

const bannedGlobals = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
const bannedMembers = new Set([
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

function nameOfFunction(node: Node, parents: Node[]): string {
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
