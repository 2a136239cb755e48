/** What a workflow of somebody else says of itself. Anybody may have written it: what has another form is left out. */
import { z } from 'zod';
import type { Question, StepProgress } from '../../workflows/contract';

const Progress = z.object({
  done: z.number().exactOptional(),
  total: z.number().exactOptional(),
  message: z.string().exactOptional(),
});

const Asked = z.object({
  key: z.string(),
  message: z.string(),
  schema: z.record(z.string(), z.unknown()),
  expiresAt: z.iso.datetime({ offset: true }),
});

export function stepProgressIn(value: unknown): StepProgress | undefined {
  const { data } = Progress.safeParse(value);
  return data && Object.keys(data).length > 0 ? data : undefined;
}

export function questionsIn(value: unknown): readonly Question[] {
  return z.array(Asked).safeParse(value).data ?? [];
}
