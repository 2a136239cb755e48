/** What the files of one worker of Jest share: packages, and nothing that a file has changed. */
import { z } from 'zod';

type EnvironmentClass = new (config: object, context: object) => { readonly teardown: () => Promise<void> };

test('what a package throws, takes and returns is of the classes that a test knows', () => {
  expect(() => z.string().parse(1)).toThrow(Error);
  expect(z.instanceof(Array).parse([])).toBeInstanceOf(Array);
});

test('what a file has changed of the process is as before when it ends', async () => {
  const Environment = jest.requireActual<EnvironmentClass>('./environment');
  const environment = new Environment({ projectConfig: { fakeTimers: {} } }, {});
  const { PATH, HOME } = process.env;
  const { exit, env } = process;
  process.env['PATH'] = 'elsewhere';
  delete process.env['HOME'];
  process.env = { ...env, HOLDFAST_LEAK: '1' };
  env['HOLDFAST_LEAK'] = '1';
  process.exitCode = 3;
  process.exit = () => exit(4);
  Reflect.set(globalThis, 'leak', 1);
  await environment.teardown();
  expect(process.env).toBe(env);
  expect([env['PATH'], env['HOME'], env['HOLDFAST_LEAK']]).toEqual([PATH, HOME, undefined]);
  expect([process.exitCode, process.exit]).toEqual([undefined, exit]);
  expect(globalThis).not.toHaveProperty('leak');
});

test('after resetModules a package is loaded anew', () => {
  jest.resetModules();
  expect(jest.requireActual<{ z: unknown }>('zod').z).not.toBe(z);
});
