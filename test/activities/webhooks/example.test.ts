/** The receiver that docs/webhooks.md shows is the one that runs here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownSecretOf } from '../../../activities/webhooks/sign';
import { createWebhookSteps } from '../../../activities/webhooks/steps';
import { freePort } from '../../../cli/engine/ports';
import { packageRoot } from '../../../cli/root';
import type { Notice } from '../../../workflows/contract';
import { WEBHOOK_SECRET } from '../../fixtures/receiver';
import { run } from '../repository/world';

test('the receiver of the documentation verifies, says why it refuses, answers the challenge, and acts once', async () => {
  const [, code = ''] =
    /```js\n([\s\S]*?)```/.exec(readFileSync(join(packageRoot(), 'docs', 'webhooks.md'), 'utf8')) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(30);
  const port = await freePort(0);
  const host = `127.0.0.1:${port}`;
  const receiver = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: packageRoot(),
    env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: shownSecretOf(WEBHOOK_SECRET, host) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  receiver.stdout.on('data', (chunk: Buffer) => (said += String(chunk)));
  await once(receiver.stdout, 'data');

  const url = `http://${host}/`;
  const notice: Notice = {
    url,
    job: 'job_0123456789abcdef',
    tool: 'walk',
    status: 'done',
    endedAt: new Date().toISOString(),
  };
  const ours = createWebhookSteps({ allowedHosts: [host], secrets: [WEBHOOK_SECRET] });
  const forged = createWebhookSteps({ allowedHosts: [host], secrets: ['another secret, which is not known to it'] });
  expect(await run(forged.sendWebhook, notice)).toBe('rejected');
  expect(await run(ours.challengeWebhook, url)).toBe('accepted');
  expect(await run(ours.sendWebhook, notice)).toBe('accepted');
  expect(await run(ours.sendWebhook, notice)).toBe('accepted');
  receiver.kill();
  await once(receiver, 'close');
  expect(said).toBe('listening\nrefused: No matching signature found\njob.done job_0123456789abcdef\n');
});
