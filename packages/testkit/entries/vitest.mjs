// `import 'sluice/vitest'`: the matchers, for Vitest's expect.
import { expect } from 'vitest'
import { matchers } from '../testing.js'

expect.extend(matchers)
