/** The tools that the official conformance suite wants, as tools of Holdfast. */
import type { ContentBlock } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { defineTool } from '../../workflows/define-tool';
import type { ToolDefinition } from '../../workflows/define-tool';

const nothing = z.object({});
const quiet = { readOnlyHint: true } as const;
const Text = z.object({ text: z.string() });
const text = ({ text: said }: z.output<typeof Text>): string => said;

/** A tool that says something. */
const says = (name: string, workflow: string, input: z.ZodObject = nothing, more: Partial<ToolDefinition> = {}) =>
  ({
    ...defineTool({
      name,
      description: `Conformance: ${name}.`,
      input,
      output: Text,
      text,
      annotations: quiet,
      workflow,
    }),
    ...more,
  }) as ToolDefinition;

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';
const image: ContentBlock = { type: 'image', data: PNG, mimeType: 'image/png' };

/** A tool that shows something; its job has nothing to do but to end. */
const shows = (name: string, content: ContentBlock[]): ToolDefinition => ({
  ...defineTool({
    name,
    description: `Conformance: ${name}.`,
    input: nothing,
    output: Text,
    content: () => content,
    annotations: quiet,
    workflow: 'say',
  }),
});

const seconds = z.object({ seconds: z.number().max(600).default(1), label: z.string().default('') });

export const tools: readonly ToolDefinition[] = [
  says('test_simple_text', 'say'),
  shows('test_image_content', [image]),
  shows('test_audio_content', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]),
  shows('test_embedded_resource', [
    {
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ]),
  shows('test_multiple_content_types', [
    { type: 'text', text: 'Multiple content types test:' },
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: JSON.stringify({ test: 'data', value: 123 }),
      },
    },
  ]),
  says('test_error_handling', 'refuse'),
  says('test_tool_with_progress', 'progress'),
  says('test_sampling', 'sample', z.object({ prompt: z.string() })),
  says('test_elicitation', 'elicit', z.object({ message: z.string() })),
  says('test_elicitation_sep1034_defaults', 'elicitDefaults'),
  says('test_elicitation_sep1330_enums', 'elicitEnums'),
  says('test_missing_capability', 'say', nothing, { needs: ['sampling'] }),
  says('test_streaming_elicitation', 'elicitStreaming'),
  says('test_logging_tool', 'say'),
  says('test_tool_with_logging', 'say'),
  says('test_reconnection', 'say'),
  says(
    'json_schema_2020_12_tool',
    'say',
    z.object({ name: z.string().optional(), address: z.object({ street: z.string() }).optional() }),
  ),
  says('test_input_required_result_elicitation', 'askName'),
  says('test_input_required_result_sampling', 'askCapital'),
  says('test_input_required_result_list_roots', 'askRoots'),
  says('test_input_required_result_request_state', 'askConfirm'),
  says('test_input_required_result_multiple_inputs', 'askThree'),
  says('test_input_required_result_multi_round', 'askTwice'),
  says('test_input_required_result_tampered_state', 'askConfirm'),
  says('test_input_required_result_capabilities', 'askThree'),
  says('greet', 'greetByName', z.object({ name: z.string() })),
  says('slow_compute', 'compute', seconds),
  says('failing_job', 'failLater', nothing, { needs: ['tasks'] }),
  says('protocol_error_job', 'breakLater'),
  says('confirm_delete', 'confirmDelete', z.object({ filename: z.string() })),
  says('multi_input', 'twoInputs'),
  says('test_tool_with_task', 'nameThenTask'),
];
