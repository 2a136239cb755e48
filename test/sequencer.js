/**
 * The order of the test files. The long ones mostly wait, for Temporal and for timers, and the short ones compute: they are mixed, so that
 * there is something to compute all the time, and each kind begins with its longest. Jest knows their times from the run before; this
 * knows them for the first.
 */
const { relative } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Roughly, in seconds. Only the order of the files depends on them. */
const SECONDS = {
  'survival/poison.test.ts': 95,
  'project/testing.test.ts': 69,
  'workflows/deploy.test.ts': 68,
  'workflows/research.test.ts': 63,
  'workflows/job.test.ts': 61,
  'cli/stack.test.ts': 58,
  'conformance/conformance.test.ts': 56,
  'workflows/history.test.ts': 46,
  'attack/attacks.test.ts': 42,
  'gateway/mcp/disconnect.test.ts': 38,
  'survival/webhook.test.ts': 33,
  'clients/judges.test.ts': 31,
  'gateway/call/catalog.test.ts': 29,
  'project/dev.test.ts': 29,
  'gateway/jobs/outage.test.ts': 28,
  'survival/worker-killed.test.ts': 26,
  'workflows/deliver.test.ts': 22,
  'gateway/call/long-work.test.ts': 21,
  'activities/repository/hostile.test.ts': 17,
  'gateway/call/rounds.test.ts': 17,
  'clients/round-trip.test.ts': 16,
  'gateway/operator.test.ts': 16,
  'gateway/upstreams/upstreams.test.ts': 16,
  'survival/frozen.test.ts': 16,
  'activities/sources/reply-attacks.test.ts': 15,
  'clients/sdk.test.ts': 15,
  'gateway/call/input.test.ts': 15,
  'gateway/mcp/elicitation.test.ts': 15,
  'worker/slots.test.ts': 15,
  'activities/upstreams/stdio.test.ts': 14,
  'docs/snippets.test.ts': 14,
  'survival/key-removed.test.ts': 14,
  'worker/stop.test.ts': 14,
  'activities/repository/outcomes.test.ts': 13,
  'gateway/call/call.test.ts': 12,
  'worker/log.test.ts': 12,
  'workflows/late-answer.test.ts': 12,
  'activities/repository/borrowed.test.ts': 11,
  'activities/repository/clones.test.ts': 11,
  'cli/call.test.ts': 11,
  'gateway/http/hostile.test.ts': 11,
  'gateway/reload.test.ts': 11,
  'survival/gateway-killed.test.ts': 11,
  'worker/leave.test.ts': 11,
  'activities/repository/declarations.test.ts': 10,
  'workflows/call-tool.test.ts': 10,
  'architecture.test.ts': 9,
  'gateway/mcp/core-tasks.test.ts': 9,
  'project/package.test.ts': 9,
  'survival/temporal-restarted.test.ts': 9,
  'activities/repository/languages.test.ts': 8,
  'project/check.test.ts': 8,
  'activities/repository/manifest-attacks.test.ts': 7,
  'activities/repository/path-attacks.test.ts': 7,
  'activities/upstreams/call.test.ts': 7,
  'gateway/handles/schedules.test.ts': 7,
  'gateway/http/front.test.ts': 7,
  'activities/repository/too-slow.test.ts': 6,
  'activities/upstreams/http.test.ts': 6,
  'cli/doctor.test.ts': 6,
  'gateway/http/connections.test.ts': 6,
  'gateway/isolation.test.ts': 6,
  'gateway/mcp/straight.test.ts': 6,
  'workflows/upstream-listing.test.ts': 6,
};

/** Files from here on count as long, milliseconds. */
const LONG_MS = 8_000;

module.exports = class Mixed extends Sequencer {
  time(test) {
    return super.time(test) ?? (SECONDS[relative(__dirname, test.path)] ?? 1) * 1_000;
  }

  sort(tests) {
    const sorted = super.sort(tests);
    const long = this.share(sorted.filter((test) => this.time(test) >= LONG_MS));
    const short = this.share(sorted.filter((test) => this.time(test) < LONG_MS));
    return [...long, ...short].sort((a, b) => a.before - b.before).map(({ test }) => test);
  }

  /** Each file, and which part of the time of all of them lies before it. */
  share(tests) {
    const all = tests.reduce((sum, test) => sum + this.time(test), 0);
    let sum = 0;
    return tests.map((test) => {
      const before = sum / all;
      sum += this.time(test);
      return { test, before };
    });
  }
};
