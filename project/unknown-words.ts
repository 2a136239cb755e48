/** Every word that a definition may have. JavaScript has no types that would tell a misspelt one, and it would count for nothing. */
import { nearestTo } from '../config/nearest';
import type { Annotations, PolicyInWords, ToolDefinition } from '../workflows/define-tool';

type Words<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;

const DEFINITION: Words<ToolDefinition> = {
  name: true,
  title: true,
  description: true,
  input: true,
  output: true,
  text: true,
  content: true,
  structured: true,
  annotations: true,
  needs: true,
  policy: true,
  continues: true,
  handles: true,
  workflow: true,
  step: true,
};
const POLICY: Words<PolicyInWords> = {
  budget: true,
  stepTimeout: true,
  heartbeat: true,
  retry: true,
  ask: true,
  approval: true,
  wait: true,
  queue: true,
  ttl: true,
  priority: true,
  onDisconnect: true,
};
const RETRY: Words<NonNullable<PolicyInWords['retry']>> = { attempts: true, initial: true, max: true };
const ANNOTATIONS: Words<Annotations> = {
  readOnlyHint: true,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true,
};

/** What there is not, and a sentence about it. */
export interface Unknown {
  readonly word: string;
  readonly sentence: string;
}

export function unknownWords(definition: object): readonly Unknown[] {
  const { policy, annotations } = definition as { readonly policy?: unknown; readonly annotations?: unknown };
  const retry = typeof policy === 'object' && policy !== null && 'retry' in policy ? policy.retry : undefined;
  return [
    ...unknownIn(definition, DEFINITION, ''),
    ...unknownIn(policy, POLICY, 'policy.'),
    ...unknownIn(retry, RETRY, 'policy.retry.'),
    ...unknownIn(annotations, ANNOTATIONS, 'annotations.'),
  ];
}

function unknownIn(given: unknown, known: Readonly<Record<string, true>>, where: string): Unknown[] {
  if (typeof given !== 'object' || given === null) return [];
  const names = Object.keys(known);
  return Object.keys(given)
    .filter((word) => !names.includes(word))
    .map((word) => {
      const meant = nearestTo(word, names);
      const instead = meant === undefined ? `There are ${names.join(', ')}` : `Did you mean ${meant}`;
      return { word, sentence: `There is no ${where}${word}. ${instead}${meant === undefined ? '.' : '?'}` };
    });
}
