// `npm run build`: what `npx sluice` and `npm start` run.
import { checkNode, ensureBuilt } from './prepare.mjs'

checkNode()
// Asked for by name, it builds also where nothing has changed.
await ensureBuilt({ always: true })
console.log('Built packages/service/dist/bundle/sluice.js and packages/engine/dist/bundle/engine.js')
