/** What we have to say about a result: whether it fits the schema that its own server has given for it. */
import type { Given } from '../../../workflows/upstream-contract';
import { isGiven } from '../given';
import { inThread, isTooMuch } from '../../thread';
import type { checkOutput } from './output-check';

/** How long a check may take, milliseconds: schemas can be made so that they take for ever. */
const CHECK_MS = 2_000;

const check = inThread<typeof checkOutput>(require.resolve('./output-check'), 'checkOutput', CHECK_MS);

export async function notesOn(tool: string, definition: Given, result: Given, signal: AbortSignal): Promise<string[]> {
  const schema = definition['outputSchema'];
  if (!isGiven(schema) || result['isError'] === true) return [];
  const output = result['structuredContent'];
  if (output === undefined) return [`${tool} declares an output schema, and gave no structured content.`];
  const found = await check({ schema, output }, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (isTooMuch(error)) return 'endless' as const;
    return 'unusable' as const;
  });
  switch (found) {
    case 'fits':
      return [];
    case 'differs':
      return [`What ${tool} gave does not fit its own output schema.`];
    case 'endless':
      return [`Whether what ${tool} gave fits its own output schema could not be found out in ${CHECK_MS / 1_000} s.`];
    case 'unusable':
      return [`The output schema of ${tool} cannot be used: what it gave was not checked.`];
    default:
      return found satisfies never;
  }
}
