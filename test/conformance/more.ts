/** Prompts, static resources and completion, which the suite wants of every server and Holdfast itself does not have. */
import { ResourceNotFoundError, acceptedContent, inputRequired } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Result } from '@modelcontextprotocol/server';
import type { More } from '../../gateway/mcp/server';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const resources = [
  { uri: 'test://static-text', name: 'Static text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'Static binary', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'Watched', mimeType: 'text/plain' },
];
const templates = [{ uriTemplate: 'test://template/{id}/data', name: 'Template', mimeType: 'application/json' }];

function read(uri: string) {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id !== undefined) {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { contents: [{ uri, mimeType: 'application/json', text }] };
  }
  switch (uri) {
    case 'test://static-text':
      return { contents: [{ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }] };
    case 'test://watched-resource':
      return { contents: [{ uri, mimeType: 'text/plain', text: 'Watched.' }] };
    case 'test://static-binary':
      return { contents: [{ uri, mimeType: 'image/png', blob: PNG }] };
    default:
      throw new ResourceNotFoundError(uri);
  }
}

const prompts = [
  { name: 'test_simple_prompt', description: 'A simple prompt' },
  {
    name: 'test_prompt_with_arguments',
    description: 'A prompt with arguments',
    arguments: [
      { name: 'arg1', required: true },
      { name: 'arg2', required: true },
    ],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'A prompt with a resource',
    arguments: [{ name: 'resourceUri', required: true }],
  },
  { name: 'test_prompt_with_image', description: 'A prompt with an image' },
  { name: 'test_input_required_result_prompt', description: 'A prompt that asks' },
];

const GetPrompt = z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.string()).default({}) });
const user = (content: object) => ({ messages: [{ role: 'user' as const, content }] });

export const more: More = {
  capabilities: { prompts: {}, resources: {}, completions: {} },
  register(server) {
    server.setRequestHandler('resources/list', () => ({ resources }));
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: templates }));
    server.setRequestHandler('resources/read', ({ params }) => read(params.uri));
    server.setRequestHandler('completion/complete', () => ({ completion: { values: ['paris', 'park'], total: 2 } }));
    server.setRequestHandler('prompts/list', () => ({ prompts }));
    server.setRequestHandler('prompts/get', { params: GetPrompt }, ({ name, arguments: args }, context): Result => {
      switch (name) {
        case 'test_simple_prompt':
          return user({ type: 'text', text: 'This is a simple prompt for testing.' });
        case 'test_prompt_with_arguments':
          return user({ type: 'text', text: `Prompt with arguments: arg1='${args['arg1']}', arg2='${args['arg2']}'` });
        case 'test_prompt_with_embedded_resource':
          return {
            messages: [
              {
                role: 'user',
                content: {
                  type: 'resource',
                  resource: {
                    uri: args['resourceUri'],
                    mimeType: 'text/plain',
                    text: 'Embedded resource content for testing.',
                  },
                },
              },
              { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
            ],
          };
        case 'test_prompt_with_image':
          return {
            messages: [
              { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
              { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
            ],
          };
        default: {
          const given = acceptedContent<{ context?: string }>(context.mcpReq.inputResponses, 'user_context');
          if (given) return user({ type: 'text', text: `With context: ${given.context}` });
          return inputRequired({
            inputRequests: {
              user_context: inputRequired.elicit({
                message: 'What context should the prompt use?',
                requestedSchema: { type: 'object', properties: { context: { type: 'string' } }, required: ['context'] },
              }),
            },
          });
        }
      }
    });
  },
};
