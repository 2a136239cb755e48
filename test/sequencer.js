/** Starts the longest files first, so that no worker idles at the end. Jest knows their times from the run before; this knows them for the first. */
const { relative } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Roughly, in seconds. Only the order of the files depends on them. */
const SECONDS = {
  'cli/stack.test.ts': 80,
  'workflows/deploy.test.ts': 70,
  'project/testing.test.ts': 65,
  'survival/poison.test.ts': 63,
  'workflows/research.test.ts': 55,
  'conformance/conformance.test.ts': 48,
  'workflows/history.test.ts': 45,
  'gateway/mcp/disconnect.test.ts': 40,
  'project/check.test.ts': 40,
  'project/dev.test.ts': 40,
  'workflows/job.test.ts': 40,
  'survival/worker-killed.test.ts': 36,
  'gateway/call/long-work.test.ts': 34,
  'survival/webhook.test.ts': 34,
  'gateway/http/hostile.test.ts': 29,
  'clients/judges.test.ts': 28,
  'activities/repository/hostile.test.ts': 25,
  'docs/snippets.test.ts': 25,
  'gateway/jobs/outage.test.ts': 23,
  'workflows/deliver.test.ts': 20,
  'activities/sources/page.test.ts': 18,
  'survival/frozen.test.ts': 17,
  'activities/repository/clones.test.ts': 15,
  'activities/repository/declarations.test.ts': 15,
  'clients/round-trip.test.ts': 15,
  'gateway/call/input.test.ts': 15,
  'gateway/call/rounds.test.ts': 15,
  'gateway/mcp/elicitation.test.ts': 15,
  'worker/slots.test.ts': 15,
};

module.exports = class LongestFirst extends Sequencer {
  time(test) {
    return super.time(test) ?? (SECONDS[relative(__dirname, test.path)] ?? 1) * 1_000;
  }
};
