/** Loads TypeScript where Jest does not: in a thread. What one thread has compiled is kept in the temporary folder, for all others. */
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { threadId } = require('node:worker_threads');

const options = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
};
const { version } = require('@swc/core/package.json');
const folder = join(tmpdir(), `holdfast-compiled-${process.getuid?.() ?? ''}`);

/** Loads the compiler only when it is needed: that takes longer than to compile a file. */
function compile(source, path) {
  return require('@swc/core').transformSync(source, { ...options, filename: path }).code;
}

require.extensions['.ts'] = (module, path) => {
  const source = readFileSync(path, 'utf8');
  const key = createHash('sha256')
    .update(JSON.stringify([version, options, path, source]))
    .digest('hex');
  const kept = join(folder, `${key}.js`);
  if (!existsSync(kept)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${kept}.${process.pid}.${threadId}`;
    writeFileSync(draft, compile(source, path));
    renameSync(draft, kept); // so that no other thread reads half of it
  }
  module._compile(readFileSync(kept, 'utf8'), path);
};
