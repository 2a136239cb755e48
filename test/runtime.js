/**
 * How Jest loads what a test file imports: our sources anew for each file, packages once for each worker of Jest, by Node itself.
 * Jest by itself evaluates all packages again for each file, which takes longer than most of our tests.
 */
const { createRequire } = require('node:module');
const { join, sep } = require('node:path');
const { compileFunction } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');
require('./compile-less');

const PACKAGES = `${sep}node_modules${sep}`;

/** Those that let a process set them up once only: each test file sets up its own. `testing` has to meet the same `worker` as we do. */
const ONCE_FOR_EACH_FILE = ['worker', 'testing'].map((name) => join(PACKAGES, '@temporalio', name, sep));

const isShared = (path) => path.includes(PACKAGES) && !ONCE_FOR_EACH_FILE.some((folder) => path.includes(folder));

module.exports = class Runtime extends JestRuntime {
  constructor(...args) {
    super(...args);
    this.shares = true;
    // Packages and tests have to agree on what an Error or an Array is, so that tests run where the packages do, in no context of their own.
    this.executor.compile = (source, filename) =>
      compileFunction(source, this.executor.injectedModuleParameters, { filename });
  }

  requireModule(from, name, options, isRequireActual) {
    const ofTest = name !== undefined && !options?.isInternalModule && !this._resolution.isCoreModule(name);
    if (ofTest && this.shares && !this.registries.isIsolated() && isShared(this._resolution.resolveCjs(from, name)))
      return createRequire(from)(name);
    return super.requireModule(from, name, options, isRequireActual);
  }

  /** `jest.resetModules()` in a test: from here on packages are loaded anew, too. */
  resetModules() {
    super.resetModules();
    this.shares = false;
  }
};
