#!/usr/bin/env node
/** The `holdfast` command. In a checkout it sets up first; see setup.mjs. */
import { setup } from './setup.mjs';

setup();
await import('../dist/cli/main.js');
