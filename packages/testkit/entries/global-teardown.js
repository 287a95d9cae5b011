'use strict'
// Jest names the end of a global set-up on its own.
module.exports = require('./global.js').globalTeardown
