/** Pictures in answers: sent once, as a link where they are large, and read back as pictures by their owner alone. */
import type { ContentBlock } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { createAnswers } from '../../../gateway/call/answer';
import { Problem } from '../../../gateway/errors';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import { createResources } from '../../../gateway/mcp/resources';
import { authoredTools } from '../../../gateway/tools';
import { page, wholeOf } from '../../../gateway/words/page';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeJobs } from '../../fixtures/fakes';
import { textOf } from '../../fixtures/stack';

const output = z.object({ caption: z.string(), pngs: z.array(z.string()) });
const poster = defineTool({
  name: 'poster',
  description: 'Shows pictures.',
  input: z.object({}),
  output,
  structured: output.omit({ pngs: true }),
  content: ({ caption, pngs }) => [
    { type: 'text', text: caption },
    ...pngs.map((data) => ({ type: 'image' as const, data, mimeType: 'image/png' })),
  ],
  workflow: 'poster',
});
const mute = defineTool({
  ...poster,
  name: 'mute',
  content: undefined as never,
  text: () => ' \n',
  structured: output,
});

const [owner, other] = ['ann', 'bob'].map((subject) => ({ tenant: 't', subject })) as [never, never];
const ids = createIds('x'.repeat(32));
const ref = ids.newRef(owner, 'poster', undefined);
const tools = authoredTools([poster, mute]);
const answers = createAnswers(fakeJobs(), tools, () => undefined);
const base64 = (characters: number, letter = 'A'): string => letter.repeat(characters);

const answerTo = (caption: string, pngs: readonly string[], tool = 'poster') =>
  answers.ended(ref, tool, { kind: 'done', value: { caption, pngs } });

const readerOf = (value: unknown) =>
  createResources(
    fakeJobs({
      look: (asked) =>
        asked.workflowId === ref.workflowId
          ? Promise.resolve({ ...newView(ref, 'poster', DEFAULT_POLICY), status: 'done' })
          : Promise.reject(new Problem('unknown_job', { id: asked.id })),
      outcomeOf: () => Promise.resolve({ kind: 'done', value }),
    }),
    answers,
    ids,
  );

const linksIn = (content: readonly ContentBlock[]) => content.filter((block) => block.type === 'resource_link');

test('a picture that its author does not give as data is sent once, and is no part of the listed schema', async () => {
  const { content, structuredContent } = await answerTo('A cat', [base64(40_000)]);
  expect(content).toMatchObject([
    { type: 'text', text: 'A cat' },
    { type: 'image', data: base64(40_000) },
  ]);
  expect(structuredContent).toEqual({ caption: 'A cat' });
  expect(JSON.stringify(tools.get('poster')?.listed.outputSchema)).not.toContain('pngs');
});

test('its pages are its words, and the whole output where that is asked for', () => {
  const presented = answers.presented('poster', { caption: 'A cat', pngs: [base64(40_000)] });
  expect(wholeOf(presented)).toBe('A cat');
  expect(wholeOf(presented, 'json')).toContain(base64(40_000));
});

test('what is too large for an answer becomes a link and a sentence, and what fits beside it stays', async () => {
  const pngs = [base64(300_000, 'A'), base64(300_000, 'B'), base64(100_000, 'C')];
  const { content } = await answerTo('Cats', pngs);
  expect(content.map(({ type }) => type)).toEqual(['text', 'image', 'text', 'resource_link', 'image']);
  const uri = `holdfast://job/${ref.id}/content/2`;
  expect(textOf({ content })).toContain(`image/png, 225000 bytes: too large for this answer`);
  expect(textOf({ content })).toContain(uri);
  expect(linksIn(content)).toMatchObject([{ uri, mimeType: 'image/png', size: 225_000 }]);
});

test('its owner reads it back as a picture, and nobody else', async () => {
  const value = { caption: 'A cat', pngs: [base64(600_000)] };
  const [link] = linksIn((await answerTo(value.caption, value.pngs)).content);
  const uri = String(link?.uri);
  const { contents } = await readerOf(value).read(owner, uri);
  expect(contents).toMatchObject([{ uri, mimeType: 'image/png', blob: value.pngs[0] }]);
  await expect(readerOf(value).read(other, uri)).rejects.toThrow(uri);
  for (const nothing of ['content/0', 'content/9', 'content/-1', 'content/'])
    await expect(readerOf(value).read(owner, uri.replace(/content\/\d+/, nothing))).rejects.toThrow('not found');
});

test('an empty text is not sent: a sentence is, where there is nothing else', async () => {
  expect((await answerTo('', [base64(8)])).content).toMatchObject([{ type: 'image' }]);
  for (const answer of [await answerTo('', [], 'mute'), await answerTo(' ', [])])
    expect(answer.content).toEqual([{ type: 'text', text: 'The job is done. Its result has no text.' }]);
  expect(textOf(page(ref, '', { offset: 0 }, undefined, {}))).not.toBe('');
});
