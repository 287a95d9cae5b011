'use strict'
// What the build puts beside a bundle, under the bundle's public name: it runs the bundle with V8's code cache, so that
// a start does not parse and compile what earlier starts have compiled (a third of the time to the first record).
// The bundle's file name holds a digest of its content, and V8 itself refuses a cache of another version or other
// flags; then, or where there is none, the bundle is compiled as always and the cache is made a second later.
const fs = require('node:fs')
const { join } = require('node:path')
const vm = require('node:vm')

/** When a start is over: what it has compiled by then is what the next one will need. */
const startedAfterMs = 1_000

const programPath = join(__dirname, '@program@')
const cachePath = `${programPath}.${process.version}-${process.platform}-${process.arch}.cache`

// The build makes sure that it is ASCII.
const script = new vm.Script(fs.readFileSync(programPath, 'latin1'), {
  filename: programPath,
  cachedData: readIfThere(cachePath),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
})
const program = { exports: {} }
script.runInThisContext()(program, program.exports, require, programPath)
exports.main = program.exports.main
setTimeout(started, startedAfterMs).unref()

function started() {
  // Undefined where there was no cache. A run with V8 flags of its own must not take the cache from all others.
  const isOurs = script.cachedDataRejected === undefined || process.execArgv.length === 0
  if (script.cachedDataRejected !== false && isOurs) saveCache()
  // A young collection here is half a millisecond's work. Shared among threads it waits for the slowest of them,
  // which on a busy machine is several milliseconds of every connection. Not before: flags are a part of the cache's
  // key, and of that of Node's own.
  require('node:v8').setFlagsFromString('--no-parallel-scavenge')
}

function readIfThere(path) {
  try {
    return fs.readFileSync(path)
  } catch {
    return undefined
  }
}

function saveCache() {
  const temporary = `${cachePath}.${process.pid}.tmp`
  try {
    fs.writeFileSync(temporary, script.createCachedData())
    fs.renameSync(temporary, cachePath)
  } catch {
    // A read-only installation starts a little later each time.
    fs.rmSync(temporary, { force: true })
  }
}
