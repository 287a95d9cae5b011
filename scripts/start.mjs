// `npm start`: checks Node, installs when the lock file has changed, builds when sources have, and then is the
// service itself: no child process, no second start of Node.
import { checkNode, ensureBuilt, ensureInstalled } from './prepare.mjs'

async function start() {
  checkNode()
  await ensureInstalled()
  await ensureBuilt()
  const { main } = await import('../packages/service/dist/bundle/sluice.js')
  await main(['start', ...process.argv.slice(2)])
}

start().catch((error) => {
  console.error(error)
  process.exit(1)
})
