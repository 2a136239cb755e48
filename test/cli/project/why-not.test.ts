/** What `holdfast replay` says where a job would not go on, for what Temporal's core says. */
import { whyNot } from '../../../cli/project/why-not';
import type { HistoryEvent } from '../../../cli/project/why-not';

const summary = (text: string) => ({ summary: { data: Buffer.from(JSON.stringify(text)).toString('base64') } });
const events: HistoryEvent[] = [
  { eventId: '6', activityTaskScheduledEventAttributes: { activityType: { name: 'file.classify' } } },
  { eventId: '13', userMetadata: summary('Question q1') },
  { eventId: '29', userMetadata: summary('Budget') },
];
const differs = (what: string): string => `Workflow cannot go on: [TMPRL1100] Nondeterminism error: ${what}`;
const ids = (before: string, now: string): string =>
  differs(`Activity id of scheduled event '${before}' does not match activity id of activity command '${now}'`);

test.each([
  [
    ids('file.classify-b1b3ea98107e7b24', 'file.classify-4aeef4489d63d0c8-2'),
    'The present code gives step file.classify another input than the job did.',
  ],
  [
    ids('file.classify-b1b3ea98107e7b24', 'file.store-637ecab4a055e9e0'),
    'Where the job did step file.classify, the present code does step file.store.',
  ],
  [
    differs('ModifyWorkflowPropertiesMachine does not handle HistoryEvent(id: 6, ActivityTaskScheduled)'),
    'Where the job did step file.classify, the present code shows progress or asks.',
  ],
  [
    differs('Activity machine does not handle this event: HistoryEvent(id: 13, TimerStarted)'),
    'Where the job began to wait (Question q1), the present code begins a step.',
  ],
  [
    differs('Activity machine does not handle this event: HistoryEvent(id: 29, TimerCanceled)'),
    'Where the job ended a wait (Budget), the present code begins a step.',
  ],
  [
    `Replay failed. Failure { message: "Failed to initialize workflow of type 'file': no such function is exported by the workflow bundle", source: "TypeScriptSDK" }`,
    'No tool has the workflow file, which the job began with.',
  ],
  [
    String.raw`Replay failed. Failure { message: "oops", source: "TypeScriptSDK", stack_trace: "/p/.holdfast/build/1/workflows.bundle.js:5314\n throw\n\nError: oops\n    at tools/file/workflow.ts:5:8\n    at null:null:null" }`,
    'The present code throws: oops (tools/file/workflow.ts:5)',
  ],
  ['What nobody has seen.\nMore of it.', 'What nobody has seen.'],
])('%s', (message, sentence) => {
  expect(whyNot(message, events)).toBe(sentence);
});
