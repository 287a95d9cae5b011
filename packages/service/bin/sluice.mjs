#!/usr/bin/env node
// Runs the built service. Plain JavaScript, never a build product: npm links a bin only if it exists at install.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bundle = new URL('../dist/bundle/sluice.js', import.meta.url)
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`
  Sluice needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).
  Next: install a current LTS release of Node, then run the same command again.
`)
  process.exitCode = 1
} else if (!existsSync(bundle)) {
  console.error(`
  Sluice is not built in this checkout.
  Why:  ${fileURLToPath(bundle)} is not there (NOT_BUILT).
  Next: npm ci && npm run build
        or npm start, which does both and starts the service.
`)
  process.exitCode = 1
} else {
  const { main } = await import(bundle.href)
  await main(process.argv.slice(2))
}
