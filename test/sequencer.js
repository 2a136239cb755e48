/** Starts the longest files first, so that no worker idles at the end. Jest knows their times from the run before; this knows them for the first. */
const { relative } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Roughly, in seconds. Only the order of the files depends on them. */
const SECONDS = {
  'cli/stack.test.ts': 80,
  'conformance/conformance.test.ts': 45,
  'workflows/research.test.ts': 40,
  'gateway/call/long-work.test.ts': 30,
  'survival/webhook.test.ts': 30,
  'survival/worker-killed.test.ts': 30,
  'workflows/job.test.ts': 30,
  'clients/judges.test.ts': 30,
  'workflows/deliver.test.ts': 20,
  'activities/repository/hostile.test.ts': 15,
  'clients/round-trip.test.ts': 15,
  'gateway/call/rounds.test.ts': 15,
  'gateway/mcp/elicitation.test.ts': 15,
  'worker/slots.test.ts': 15,
};

module.exports = class LongestFirst extends Sequencer {
  time(test) {
    return super.time(test) ?? (SECONDS[relative(__dirname, test.path)] ?? 1) * 1_000;
  }
};
