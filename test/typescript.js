/** Loads TypeScript where Jest does not: in a thread. */
const { transformFileSync } = require('@swc/core');

const options = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
};
require.extensions['.ts'] = (module, path) => module._compile(transformFileSync(path, options).code, path);
