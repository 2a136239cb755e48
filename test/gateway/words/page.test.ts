/** Long texts in parts: no part holds half a character, and the pages join to the whole. */
import type { JobRef } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import { INLINE_MAX, clipped, page, pageAt } from '../../../gateway/words/page';
import { coreTask } from '../../../gateway/words/task';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { dataOf, textOf } from '../../fixtures/stack';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };
/** Emoji, of which none begins at an even place. */
const emoji = `a${'😀'.repeat(INLINE_MAX)}`;

test('the pages of a text of emoji are well-formed and join to the whole', () => {
  const pages: string[] = [];
  for (let offset = 0; offset < emoji.length;) {
    const answer = page(ref, emoji, { offset }, undefined, {});
    expect(textOf(answer).isWellFormed()).toBe(true);
    const { from, end } = pageAt(emoji, offset);
    pages.push(emoji.slice(from, end));
    offset = (dataOf(answer)['next'] as { args: { offset: number } } | undefined)?.args.offset ?? emoji.length;
  }
  expect(pages.join('')).toBe(emoji);
});

test('a page that is asked for inside a character begins before it', () => {
  const answer = page(ref, emoji, { offset: 2 }, undefined, {});
  expect(textOf(answer).isWellFormed()).toBe(true);
  expect(dataOf(answer)['offset']).toBe(1);
});

test('a text that is cut for one answer is cut between characters, at both places', () => {
  for (const text of [emoji, emoji.slice(1), `${emoji}b`]) {
    expect(clipped(text, ref).isWellFormed()).toBe(true);
    const [, omitted] = /\[(\d+) characters left out/.exec(clipped(text, ref)) ?? [];
    expect(clipped(text, ref).replace(/\n\[.*\]\n/, '').length + Number(omitted)).toBe(text.length);
  }
});

test('the status of a failed task in words holds whole characters', () => {
  const failed = { ...newView(ref, 'walk', DEFAULT_POLICY), status: 'failed' as const };
  const result = { isError: true, content: [{ type: 'text' as const, text: `a${'👨‍👩‍👧‍👦'.repeat(100)}` }] };
  const { statusMessage = '' } = coreTask(failed, result, new Set());
  expect(statusMessage).toMatch(/^a(👨‍👩‍👧‍👦)+$/u);
});
