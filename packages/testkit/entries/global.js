'use strict'
// A global set-up for Vitest, Jest and node:test: one server for all workers, which find it by sharedServer().
const { shareServer } = require('../testing.js')

/** Where the other end of a run finds what stops the server. */
const stop = Symbol.for('sluice.shared.stop')

async function setup() {
  globalThis[stop] = await shareServer()
  return teardown
}

async function teardown() {
  await globalThis[stop]?.()
  delete globalThis[stop]
}

module.exports = Object.assign(setup, { globalSetup: setup, globalTeardown: teardown })
