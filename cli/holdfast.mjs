#!/usr/bin/env node
/** The `holdfast` command. In a checkout it first installs and compiles what is needed; see setup.mjs. */
import { setup } from './setup.mjs';

/** Commands that ask what runs already: they work while the checkout is in the midst of a change. */
const ASKING = ['call', 'jobs', 'doctor', 'revoke'];

setup(ASKING.includes(process.argv[2]));
await import('../dist/cli/main.js');
