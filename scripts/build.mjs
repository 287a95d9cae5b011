// `npm run build`: what `npx sluice` and `npm start` run.
import { checkNode, ensureBuilt } from './prepare.mjs'

checkNode()
// Asked for by name, it builds also where nothing has changed.
await ensureBuilt({ always: true })
console.log(
  'Built sluice.js and node.js in packages/service/dist/bundle, and packages/engine/dist/bundle/engine.js',
)
