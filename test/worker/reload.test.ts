/** Upstreams that change while the worker runs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { BadSetting } from '../../config/file';
import type { Expanded } from '../../config/expand';
import type { Upstreams } from '../../config/upstreams';
import { watchFiles } from '../../config/watch';
import { workerConfig } from '../../worker/config';
import { createReload } from '../../worker/reload';
import { eventually } from '../fixtures/eventually';

const file = join(mkdtempSync(join(tmpdir(), 'holdfast-worker-reload-')), 'holdfast.yaml');
const env = { HOLDFAST_CONFIG: file };
const write = (settings: object): void => writeFileSync(file, JSON.stringify(settings));

const told: Record<string, unknown>[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void told.push(JSON.parse(line) as never) });
const replaced: Expanded[] = [];
const idle = { replace: () => undefined };
let reload: () => void;

beforeEach(() => {
  told.length = 0;
  replaced.length = 0;
  write({ upstreams: { a: { command: 'x' }, b: { command: 'x' } } });
  const replace = (upstreams: Expanded): void => void replaced.push(upstreams);
  reload = createReload(workerConfig(env), {
    read: () => workerConfig(env),
    upstreams: { replace },
    callable: idle,
    menu: idle,
    log,
  });
});

test('upstreams are those of the file from then on, and the log says what changed', () => {
  write({ upstreams: { b: { command: 'y' }, c: { url: 'https://c.example' } } });
  reload();
  expect(replaced).toEqual([
    { b: expect.objectContaining({ command: 'y' }), c: expect.objectContaining({ url: 'https://c.example' }) },
  ]);
  expect(told).toMatchObject([
    { level: 30, upstreams: { added: ['c'], changed: ['b'], removed: ['a'] }, msg: 'configuration was read anew' },
  ]);
});

test('workflows of other people may call those that the file has from then on, reached from here or not', () => {
  const callable: Upstreams[] = [];
  const replace = (upstreams: Upstreams): void => void callable.push(upstreams);
  write({ upstreams: { b: { command: 'y', queue: 'elsewhere' }, c: { command: 'y', disabled: true } } });
  createReload(workerConfig(env), {
    read: () => workerConfig(env),
    upstreams: idle,
    callable: { replace },
    menu: idle,
    log,
  })();
  expect(callable.map((upstreams) => Object.keys(upstreams))).toEqual([['b']]);
});

test('a catalogue that changes is taken up, and one that is wrong leaves the upstreams as they are, too', () => {
  const catalogs: string[][] = [];
  let wrong = false;
  const menu = {
    replace: (catalog: object): void => {
      if (wrong) throw new BadSetting('catalog.ship is wrong.');
      catalogs.push(Object.keys(catalog));
    },
  };
  const replace = (upstreams: Expanded): void => void replaced.push(upstreams);
  const again = createReload(workerConfig(env), {
    read: () => workerConfig(env),
    upstreams: { replace },
    callable: idle,
    menu,
    log,
  });
  write({ upstreams: {}, catalog: { ship: { description: 'Ships.', workflow: 'Ship', queue: 'orders' } } });
  again();
  expect([catalogs, replaced]).toEqual([[['ship']], [{}]]);
  wrong = true;
  write({ upstreams: { a: { command: 'x' } } });
  again();
  expect(replaced).toEqual([{}]);
  expect(told[1]?.['msg']).toContain('nothing has changed. catalog.ship is wrong.');
});

test('a second change is told against the first', () => {
  write({ upstreams: { a: { command: 'x' } } });
  reload();
  write({ upstreams: { a: { command: 'x' }, b: { command: 'x' } } });
  reload();
  expect(told[1]).toMatchObject({ upstreams: { added: ['b'], changed: [], removed: [] } });
});

test('where nothing about upstreams changed, they are left alone, and what waits for a restart is named', () => {
  write({ worker: { concurrent_steps: 5 }, upstreams: { a: { command: 'x' }, b: { command: 'x' } } });
  reload();
  expect(replaced).toEqual([]);
  expect(told).toMatchObject([{ waitingForRestart: ['concurrentSteps'] }]);
});

test.each([
  ['is not YAML', () => writeFileSync(file, 'upstreams: ]'), 'which is not YAML'],
  [
    'has one wrong upstream among others',
    () => write({ upstreams: { c: { command: 'x' }, d: {} } }),
    'upstreams.d: it does not',
  ],
  ['names a variable that is not set', () => write({ upstreams: { a: { command: '${NOPE}' } } }), 'names NOPE'],
])('a file that %s changes nothing, and the log says so in one sentence', (_what, spoil, why) => {
  spoil();
  reload();
  expect(replaced).toEqual([]);
  expect(told).toMatchObject([{ level: 50 }]);
  expect(told[0]?.['msg']).toMatch(/^The configuration was not read anew, and nothing has changed\. /);
  expect(told[0]?.['msg']).toContain(why);
});

test('an upstream whose variable was not set before keeps no other from being taken up', () => {
  write({ upstreams: { a: { command: '${NOPE}' }, b: { command: 'x' } } });
  const replace = (upstreams: Expanded): void => void replaced.push(upstreams);
  const again = createReload(workerConfig(env), {
    read: () => workerConfig(env),
    upstreams: { replace },
    callable: idle,
    menu: idle,
    log,
  });
  write({ upstreams: { a: { command: '${NOPE}' }, b: { command: 'y' } } });
  again();
  expect(replaced).toEqual([
    { a: { unset: expect.stringContaining('names NOPE') }, b: expect.objectContaining({ command: 'y' }) },
  ]);
  expect(told).toMatchObject([{ upstreams: { added: [], changed: ['b'], removed: [] } }]);
});

test('a file that has changed is noticed', async () => {
  const watch = watchFiles([file], reload);
  write({ upstreams: {} });
  await eventually('other upstreams', () => replaced.length > 0);
  expect(replaced).toEqual([{}]);
  watch([]);
});

test('a schema of the catalogue that is written only after the file names it is noticed', async () => {
  const schema = `${file}.schema.json`;
  const watch = watchFiles([file], () => again());
  const replace = (upstreams: Expanded): void => void replaced.push(upstreams);
  const again = createReload(workerConfig(env), {
    read: () => workerConfig(env),
    upstreams: { replace },
    callable: idle,
    menu: idle,
    watch,
    log,
  });
  write({ upstreams: {}, catalog: { ship: { description: '.', workflow: 'Ship', queue: 'orders', input: schema } } });
  await eventually('the refusal', () => told.length === 1);
  expect(replaced).toEqual([]);
  writeFileSync(schema, '{ "type": "object" }');
  await eventually('other upstreams', () => replaced.length > 0);
  expect(replaced).toEqual([{}]);
  watch([]);
});
