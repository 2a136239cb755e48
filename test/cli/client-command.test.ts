/** The options of commands that talk to a gateway, as they come from the command line and from the environment. */
import { createClientCommand } from '../../cli/client-command';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

async function optionsOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown> {
  Object.assign(process.env, env);
  const action = jest.fn<undefined, [unknown]>();
  await createClientCommand('', 'list', 'the latest jobs').action(action).parseAsync(args, { from: 'user' });
  return action.mock.calls[0]?.[0];
}

test.each([
  ['a file that is typed goes before a key of the environment', ['--api-key-file', 'typed'], undefined, 'typed'],
  ['a key that is typed goes before a file of the environment', ['--api-key', 'typed'], 'typed', 'set-file'],
  ['of the environment the key is sent', [], 'set', 'set-file'],
])('%s', async (_what, args, apiKey, apiKeyFile) => {
  const options = await optionsOf(args, { HOLDFAST_API_KEY: 'set', HOLDFAST_API_KEY_FILE: 'set-file' });
  expect(options).toMatchObject({ apiKey, apiKeyFile });
});

test('an empty variable is as one that is not set', async () => {
  const options = await optionsOf([], { HOLDFAST_API_KEY: '', HOLDFAST_URL: '', HOLDFAST_API_KEY_FILE: 'set-file' });
  expect(options).toMatchObject({ url: undefined, apiKey: undefined, apiKeyFile: 'set-file' });
});
