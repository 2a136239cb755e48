/** The SDK's server of 2026-07-28 over stdio, with prompts and resources that ask before they answer. It keeps nothing between rounds. */
const { Server, acceptedContent, createRequestStateCodec, inputRequired } = require('@modelcontextprotocol/server');
const { serveStdio } = require('@modelcontextprotocol/server/stdio');

const codec = createRequestStateCodec({ key: 'a key of the server, 32 characters or more' });
const text = (words) => ({ messages: [{ role: 'user', content: { type: 'text', text: words } }] });
const mood = inputRequired.elicit({
  message: 'How are you?',
  requestedSchema: { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] },
});

serveStdio(() => {
  const server = new Server(
    { name: 'asking', version: '2' },
    { capabilities: { prompts: {}, resources: {} }, requestState: { verify: codec.verify } },
  );
  server.setRequestHandler('prompts/list', () => ({
    prompts: ['greet', 'patient'].map((name) => ({ name, arguments: [{ name: 'who' }] })),
  }));
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const { who } = params.arguments ?? {};
    const state = context.mcpReq.requestState();
    if (params.name === 'patient')
      return state ? text('It was worth it.') : inputRequired({ requestState: await codec.mint({ who }, context) });
    const given = acceptedContent(context.mcpReq.inputResponses, 'mood');
    if (state && given) return text(`Hello ${state.who}, you are ${given.mood}.`);
    return inputRequired({ inputRequests: { mood }, requestState: await codec.mint({ who }, context) });
  });
  server.setRequestHandler('resources/list', () => ({
    resources: ['note://plain', 'note://diary', 'note://door'].map((uri) => ({ uri, name: uri })),
  }));
  server.setRequestHandler('resources/read', ({ params: { uri } }, { mcpReq }) => {
    const { inputResponses: given = {} } = mcpReq;
    const contents = (words) => ({ contents: [{ uri, text: words }], ttlMs: 0, cacheScope: 'private' });
    switch (uri) {
      case 'note://plain':
        return contents('plain');
      case 'note://diary':
        if (given.title) return contents(`Dear diary: ${given.title.content.text}`);
        return inputRequired({
          inputRequests: {
            title: inputRequired.createMessage({
              messages: [{ role: 'user', content: { type: 'text', text: 'A title, please.' } }],
              maxTokens: 10,
            }),
          },
        });
      default:
        if (given.door) return contents(`The door: ${given.door.action}`);
        return inputRequired({
          inputRequests: { door: inputRequired.elicitUrl({ message: 'Sign in.', url: 'https://door.example/' }) },
        });
    }
  });
  return server;
});
