/** Questions of a job to a person. An open one is in the memo, a signal answers it, and waiting costs no budget. */
import { condition, defineSignal, patched, setHandler } from '@temporalio/workflow';
import type { Budget } from './budget';
import { head } from './cut';
import { MEMO_QUESTIONS, SIGNAL_ANSWER, SIGNAL_SHOWN } from './contract';
import type { Answer, ClientRequest, FailureDetail, JsonSchema, Policy, Question } from './contract';
import { fail } from './failure';
import type { Journal } from './journal';
import type { Memo } from './memo';
import { idOf } from './step-ids';

/** What a question leads to: an answer, or `expired` when nobody answered in time. Expiry is never an approval. */
export type Reply = Omit<Answer, 'key' | 'at' | 'by'> | { readonly action: 'expired' };

/**
 * A question as the author writes it: a sentence, and a form as in MCP elicitation, which is a flat object of strings, numbers,
 * booleans and choices.
 */
export interface Asked {
  readonly message: string;
  readonly schema: JsonSchema;
  /** Names the question in its answer. It must be unique in the job; by default q1, q2 and so on. */
  readonly key?: string;
  /** A request to the client itself. Its result is the content of the reply; `message` tells a person what it is for. */
  readonly request?: ClientRequest;
}

const answerSignal = defineSignal<[Answer]>(SIGNAL_ANSWER);
const shownSignal = defineSignal<[string]>(SIGNAL_SHOWN);

/** Largest question, characters of JSON. It is in the memo, which is read whenever someone looks at the job. */
const MAX_QUESTION = 20_000;

/** Jobs that began before this patch accepted late answers, and must do so again when they replay. */
const LATE_ANSWERS_PATCH = 'late-answers';

/**
 * Asks a question and waits for the reply. The first answer counts; it may come while no worker is up.
 *
 * @throws ApplicationFailure `too_large` or `broken` when no client could show the question, or its key was used before
 */
export type Ask = (question: Asked) => Promise<Reply>;

export interface AskNeeds {
  readonly policy: Policy;
  readonly budget: Pick<Budget, 'hold' | 'release'>;
  readonly memo: Memo;
  readonly journal: Journal;
  /** The questions that were open when the last run ended. People may see them, and answer before they are asked again. */
  readonly openBefore: readonly Question[];
}

export function createAsk({ policy, budget, memo, journal, openBefore }: AskNeeds): Ask {
  const open = new Map(openBefore.map((question) => [question.key, question]));
  const answers = new Map<string, Answer>();
  const used = new Set<string>();
  const showOpen = (): void => memo.write({ [MEMO_QUESTIONS]: [...open.values()] });
  setHandler(answerSignal, (answer) => {
    const question = open.get(answer.key);
    if (!question || answers.has(answer.key)) return;
    if (isLate(answer, question) && patched(LATE_ANSWERS_PATCH)) return;
    answers.set(answer.key, answer);
  });
  setHandler(shownSignal, (key) => {
    const question = open.get(key);
    if (!question || question.shown === true) return;
    open.set(key, { ...question, shown: true });
    showOpen();
  });

  return async ({ message, schema, request, key = freeKey(used) }) => {
    const at = new Date().toISOString();
    const expiresAt = new Date(Date.now() + policy.askMs).toISOString();
    const asked: Question = { key, message, schema, at, expiresAt, ...(request && { request }) };
    refuseUnaskable(asked, used, policy);
    used.add(key);
    const id = idOfQuestion(asked);
    const before = journal.recall(id);
    if (before) return (await before) as Reply;
    const shown = open.get(key);
    const question = shown && idOfQuestion(shown) === id ? shown : asked;
    if (shown && question !== shown) journal.stray(); // people have to see the other one
    open.set(key, question);
    showOpen();
    budget.hold();
    try {
      const leftMs = Math.max(1, Date.parse(question.expiresAt) - Date.now());
      await condition(() => answers.has(key) && !journal.behind, leftMs, { summary: `Question ${head(key, 64)}` });
    } catch (error) {
      journal.keepError(id, error);
      throw error;
    } finally {
      budget.release();
      open.delete(key);
      showOpen();
    }
    const { key: answered, at: taken, by: whom, ...reply } = answers.get(key) ?? { key, action: 'expired' as const };
    journal.keep(id, reply);
    return reply;
  };
}

/**
 * Whether an answer came after its question had expired. The timer alone does not tell: a job that wakes up receives its signals
 * first, and then its timers, even those that fired before.
 */
function isLate({ at }: Answer, { expiresAt }: Question): boolean {
  return (at === undefined ? Date.now() : Date.parse(at)) >= Date.parse(expiresAt);
}

/** Equal for two questions that ask for the same. */
function idOfQuestion({ key, message, schema, request }: Question): string {
  return idOf(`?${key}`, JSON.stringify([message, schema, request]));
}

function freeKey(used: ReadonlySet<string>): string {
  let n = used.size + 1;
  while (used.has(`q${n}`)) n += 1;
  return `q${n}`;
}

/** Throws when no client could show the question, so that its author sees the mistake at once. */
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

/** Types of a form's fields, besides arrays of choices. */
const FIELD_TYPES = new Set<unknown>(['string', 'number', 'integer', 'boolean']);

function isForm({ type, properties }: JsonSchema): boolean {
  return type === 'object' && isObject(properties) && Object.values(properties).every(isField);
}

function isField(field: unknown): boolean {
  if (!isObject(field)) return false;
  const { type, items } = field;
  return FIELD_TYPES.has(type) || (type === 'array' && isObject(items) && ('enum' in items || 'anyOf' in items));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
