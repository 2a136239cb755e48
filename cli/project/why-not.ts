/** Why a job would not go on with the present code, from what Temporal's core says of its history. */
import { z } from 'zod';

/** One thing that happened to a job, as far as it is told here. */
export const HistoryEvent = z.looseObject({
  eventId: z.union([z.string(), z.number()]).optional(),
  userMetadata: z.looseObject({ summary: z.looseObject({ data: z.string().optional() }).nullish() }).nullish(),
  activityTaskScheduledEventAttributes: z
    .looseObject({ activityType: z.looseObject({ name: z.string().optional() }).nullish() })
    .nullish(),
  workflowExecutionStartedEventAttributes: z.looseObject({ workflowId: z.string().optional() }).nullish(),
});
export type HistoryEvent = z.output<typeof HistoryEvent>;

/** What the present code does, by the name of the core's machine. */
const DOES: Readonly<Record<string, string>> = {
  Activity: 'begins a step',
  Timer: 'waits',
  ModifyWorkflowProperties: 'shows progress or asks',
  CompleteWorkflow: 'is done',
  FailWorkflow: 'fails',
};

/** What the job did, by the kind of event. */
const DID: Readonly<Record<string, string>> = {
  TimerStarted: 'began to wait',
  TimerCanceled: 'ended a wait',
  WorkflowPropertiesModified: 'showed progress or asked',
  WorkflowExecutionCompleted: 'was done',
  WorkflowExecutionFailed: 'failed',
};

/** @returns a sentence; where the core says something that is not known here, its first line */
export function whyNot(message: string, events: readonly HistoryEvent[]): string {
  const ids = /scheduled event '([^']+)' does not match activity id of activity command '([^']+)'/.exec(message);
  if (ids) return stepInPlaceOf(stepOf(ids[1]), stepOf(ids[2]));
  const unknown = /no such function is exported/.exec(message) && /of type '([^']+)'/.exec(message)?.[1];
  if (unknown) return `No tool has the workflow ${unknown}, which the job began with.`;
  const thrown = /Failure \{ message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  if (thrown !== undefined) return `The present code throws: ${thrown}${placeIn(message)}`;
  const core = /\[TMPRL\d+\] ([^"\n]+)/.exec(message)?.[1] ?? message.split('\n', 1)[0] ?? '';
  const place = /HistoryEvent\(id: (\d+), (\w+)\)/.exec(core);
  if (!place) return core;
  const does = DOES[/^.*?(\w+?)(?:Machine| machine) does not handle/.exec(core)?.[1] ?? ''];
  const event = events.find(({ eventId }) => String(eventId) === place[1]);
  return `Where the job ${didIn(event, place[2] ?? '')}, the present code ${does ?? 'does something else'}.`;
}

const stepInPlaceOf = (before = '', now = ''): string =>
  before === now
    ? `The present code gives step ${now} another input than the job did.`
    : `Where the job did step ${before}, the present code does step ${now}.`;

/** The name in the id of a step: behind it are its input in short, and which of several equal ones it is. */
const stepOf = (id = ''): string => id.replace(/-[0-9a-f]{16}(-\d+)?$/, '');

function didIn(event: HistoryEvent | undefined, kind: string): string {
  const step = event?.activityTaskScheduledEventAttributes?.activityType?.name;
  if (step !== undefined) return `did step ${step}`;
  const data = event?.userMetadata?.summary?.data;
  const summary = data === undefined ? '' : ` (${Buffer.from(data, 'base64').toString().replaceAll('"', '')})`;
  return `${DID[kind] ?? `had ${kind}`}${summary}`;
}

/** The first place in a file of the author's. */
function placeIn(message: string): string {
  const place = / at (?:\S+ \()?([^\s():]+\.[cm]?[jt]s:\d+)/.exec(message.replaceAll('\\n', '\n'))?.[1];
  return place === undefined ? '' : ` (${place})`;
}
