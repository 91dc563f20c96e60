// Stryker's runner for mocha looks for mocha's own modules under the names that they had before mocha 12: without an
// extension, which Node takes for `.js`. They are `.cjs` now.
const Module = require('node:module');

const MOCHA_MODULE = /[\\/]mocha[\\/]lib[\\/]cli[\\/][\w-]+$/;
const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  return resolve.call(this, MOCHA_MODULE.test(request) ? `${request}.cjs` : request, ...rest);
};
