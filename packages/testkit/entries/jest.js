'use strict'
// `import 'sluice/jest'` in a file of setupFilesAfterEnv: the matchers, for Jest's expect.
const { matchers } = require('../testing.js')

globalThis.expect.extend(matchers)
