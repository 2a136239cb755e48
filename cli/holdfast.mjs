#!/usr/bin/env node
/** The `holdfast` command. In a checkout it first installs and compiles what is needed; see setup.mjs. */
import { setup } from './setup.mjs';

setup();
await import('../dist/cli/main.js');
