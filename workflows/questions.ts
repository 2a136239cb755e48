/** Questions of a job to a person: kept in the memo while open, answered by a signal, waited for at no cost to the budget. */
import { condition, defineSignal, patched, setHandler, upsertMemo } from '@temporalio/workflow';
import type { Budget } from './budget';
import { MAX_QUESTION, MEMO_QUESTIONS, SIGNAL_ANSWER, SIGNAL_SHOWN } from './contract';
import type { Answer, ClientRequest, FailureDetail, JsonSchema, Policy, Question } from './contract';
import { fail } from './failure';

/** What came of a question: an answer, or nobody gave one in time. Expiry is never an approval. */
export type Reply = Omit<Answer, 'key' | 'at'> | { readonly action: 'expired' };

/** What a job may ask: a sentence, and a form as in MCP elicitation (a flat object of strings, numbers, booleans, choices). */
export interface Asked {
  readonly message: string;
  readonly schema: JsonSchema;
  /** Names the answer; by default q1, q2 and so on. Unique for the life of the job. */
  readonly key?: string;
  /** Asks the client itself; its result comes back as the content. `message` says what for, where a person reads it. */
  readonly request?: ClientRequest;
}

const answerSignal = defineSignal<[Answer]>(SIGNAL_ANSWER);
const shownSignal = defineSignal<[string]>(SIGNAL_SHOWN);

const LATE_ANSWERS = 'late-answers';

/** Makes the function that asks. The first answer to a question counts; it may come while no worker is up. */
export function takeQuestions(policy: Policy, budget: Pick<Budget, 'hold' | 'release'>) {
  const open = new Map<string, Question>();
  const answers = new Map<string, Answer>();
  const used = new Set<string>();
  const showOpen = (): void => upsertMemo({ [MEMO_QUESTIONS]: [...open.values()] });
  setHandler(answerSignal, (answer) => {
    const question = open.get(answer.key);
    if (!question || answers.has(answer.key)) return;
    // Jobs that took a late answer before this was known go on with it: they find no patch when they replay.
    if (isLate(answer, question) && patched(LATE_ANSWERS)) return;
    answers.set(answer.key, answer);
  });
  setHandler(shownSignal, (key) => {
    const question = open.get(key);
    if (!question || question.shown === true) return;
    open.set(key, { ...question, shown: true });
    showOpen();
  });

  return async ({ message, schema, request, key = freeKey(used) }: Asked): Promise<Reply> => {
    const at = new Date().toISOString();
    const expiresAt = new Date(Date.now() + policy.askMs).toISOString();
    const question: Question = { key, message, schema, at, expiresAt, ...(request && { request }) };
    refuseUnaskable(question, used, policy);
    used.add(key);
    open.set(key, question);
    showOpen();
    budget.hold();
    try {
      await condition(() => answers.has(key), policy.askMs);
    } finally {
      budget.release();
      open.delete(key);
      showOpen();
    }
    const { key: answered, at: taken, ...reply } = answers.get(key) ?? { key, action: 'expired' as const };
    return reply;
  };
}

/**
 * Whether an answer came after its question had expired. A signal is taken in before a timer that fired earlier, so the
 * timer alone does not tell.
 */
function isLate({ at }: Answer, { expiresAt }: Question): boolean {
  return (at === undefined ? Date.now() : Date.parse(at)) >= Date.parse(expiresAt);
}

function freeKey(used: ReadonlySet<string>): string {
  let n = used.size + 1;
  while (used.has(`q${n}`)) n += 1;
  return `q${n}`;
}

/** A question that no client could show is the author's mistake: better found at once than by a person who waits. */
function refuseUnaskable(question: Question, used: ReadonlySet<string>, { attempts }: Policy): void {
  const detail: FailureDetail = { sideEffect: 'unknown', of: attempts };
  const characters = JSON.stringify(question).length;
  if (characters > MAX_QUESTION)
    throw fail('too_large', `A question has ${characters} characters; ${MAX_QUESTION} is the limit.`, detail);
  if (used.has(question.key)) throw fail('broken', `Two questions have the key ${question.key}.`, detail);
  if (!question.request && !isForm(question.schema))
    throw fail(
      'broken',
      'A question has a schema that is no form: it must be an object whose properties are strings, numbers, booleans or choices.',
      detail,
    );
}

const PLAIN = new Set<unknown>(['string', 'number', 'integer', 'boolean']);

function isForm({ type, properties }: JsonSchema): boolean {
  return type === 'object' && isRecord(properties) && Object.values(properties).every(isField);
}

/** A primitive, or an array of choices. */
function isField(field: unknown): boolean {
  if (!isRecord(field)) return false;
  const { type, items } = field;
  return PLAIN.has(type) || (type === 'array' && isRecord(items) && ('enum' in items || 'anyOf' in items));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
