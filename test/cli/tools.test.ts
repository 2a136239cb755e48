/** What is offered, as a person is shown it. */
import { call } from '../../cli/call';
import { EXIT } from '../../cli/exit';
import { tools } from '../../cli/tools';
import type { Gateway } from '../../gateway/gateway';
import { startTestGateway } from '../fixtures/stack';

let gateway: Gateway;
let printed: string[];
let hinted: string[];

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  [printed, hinted] = [[], []];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void hinted.push(line));
});
afterEach(() => jest.restoreAllMocks());

const options = (json = false) => ({ url: gateway.url, cacheDir: '', json });

test('each tool has a line with the first sentence that is said of it', async () => {
  expect(await tools(undefined, options())).toBe(EXIT.done);
  const lines = printed.join('\n').split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^flood +Does everything at once\.$/));
  expect(lines).toContainEqual(expect.stringMatching(/^job_wait +\S.*[.…]$/));
  expect(lines.at(-1)).toBe('The arguments of one: npx holdfast tools <tool>');
});

test('one of them has all that is said of it, its arguments, and a call to edit', async () => {
  expect(await tools('walk', options())).toBe(EXIT.done);
  const lines = printed.join('\n').split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^ledger +string/));
  expect(lines).toContainEqual(expect.stringMatching(/^steps +list of string/));
  expect(lines.at(-1)).toBe(`npx holdfast call walk '{"ledger":"…","steps":[]}'`);
});

test('with --json it is as the gateway sends it', async () => {
  await tools('flood', options(true));
  expect(JSON.parse(printed.join('\n'))).toMatchObject({ name: 'flood', inputSchema: { required: ['steps'] } });
});

test('a tool that there is not is wrong usage, and what to do is said', async () => {
  expect(await tools('flod', options())).toBe(EXIT.usage);
  expect(hinted).toEqual(['There is no tool flod. npx holdfast tools lists those that there are.']);
});

test('arguments that do not fit are followed by the command that shows which do', async () => {
  expect(await call('flood', '{"steps":"many"}', options())).toBe(EXIT.usage);
  expect(hinted.at(-1)).toBe('\nIts arguments: npx holdfast tools flood');
});
