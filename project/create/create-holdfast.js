#!/usr/bin/env node
/** `npm create holdfast my-tools` is `npx holdfast init my-tools`. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

const given = process.argv.slice(2);
const holdfast = dirname(createRequire(import.meta.url).resolve('holdfast/package.json'));
const named = given.some((argument) => !argument.startsWith('-'));
const init = [join(holdfast, 'cli', 'holdfast.mjs'), 'init', ...(named ? [] : ['my-tools']), ...given];
process.exitCode = spawnSync(process.execPath, init, { stdio: 'inherit' }).status ?? 1;
