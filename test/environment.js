/**
 * Where Jest runs a test file: in the context of its worker, which packages are loaded in once for all of its files (see runtime.js).
 * What a file leaves behind there is taken back when it ends.
 */
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Notes the properties of an object. The function that it returns brings them back. */
function keep(object) {
  const before = Object.getOwnPropertyDescriptors(object);
  return () => {
    for (const key of Reflect.ownKeys(object)) if (!Object.hasOwn(before, key)) Reflect.deleteProperty(object, key);
    for (const key of Reflect.ownKeys(before))
      if (before[key].configurable) Object.defineProperty(object, key, before[key]);
  };
}

module.exports = class Environment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null; // the legacy ones
  restore = [globalThis, process.env].map(keep);
  process = { env: process.env, exit: process.exit, exitCode: process.exitCode };

  constructor({ projectConfig: config }) {
    this.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** There is no context but that of the worker, and what is compiled is compiled for that: runtime.js sees to it. */
  getVmContext() {
    return null;
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const restore of this.restore) restore();
    Object.assign(process, this.process);
  }
};
