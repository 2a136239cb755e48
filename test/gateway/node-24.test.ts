/** A gateway on the Node of the images, where the other tests run on whichever Node there is: its HTTP is not the same in each. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeOfImages } from '../fixtures/judges';
import { gatewayProcess, killAll } from '../fixtures/processes';
import { legacySession, modern } from '../fixtures/raw';
import type { RawAnswer } from '../fixtures/raw';
import { walking } from '../fixtures/replicas';
import { dataOf, run, startTestWorker, textOf } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

type Ask = (method: string, params?: Record<string, unknown>) => Promise<RawAnswer>;

const node = nodeOfImages();
const where = node === undefined ? describe.skip : describe;

where('a gateway on Node 24 (skipped where test/judges has none: it is for Linux on x64)', () => {
  let url: string;
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startTestWorker();
    ({ url } = await gatewayProcess(run().address, {}, node));
  });
  afterAll(async () => {
    await killAll();
    await worker.stop();
  });

  test('has the Node that the images have', () => {
    const { stdout } = spawnSync(node ?? '', ['--version'], { encoding: 'utf8' });
    const [, major] = /^v(\d+)\./.exec(stdout) ?? [];
    const dockerfile = readFileSync(join(__dirname, '..', '..', 'deploy', 'Dockerfile'), 'utf8');
    const images = Array.from(dockerfile.matchAll(/^FROM node:(\d+)/gm), ([, version]) => version);
    expect(new Set(images)).toEqual(new Set([major]));
  });

  test('begins a session of 2025-11-25, and tells a client of 2026-07-28 what it is', async () => {
    const { initialized, session } = await legacySession(url);
    expect(initialized).toMatchObject({ protocolVersion: '2025-11-25', serverInfo: { name: 'holdfast' } });
    expect(session).not.toBe('');
    expect((await modern(url, 'server/discover')).message.result).toMatchObject({
      supportedVersions: expect.arrayContaining(['2026-07-28']) as unknown,
    });
  });

  describe.each<[string, (headers?: Record<string, string>) => Promise<Ask>]>([
    [
      '2025-11-25',
      async (headers = {}) => {
        const { request } = await legacySession(url, {}, '2025-11-25', 'raw', headers);
        return (method, params) => request(url, method, params);
      },
    ],
    ['2026-07-28', (headers) => Promise.resolve((method, params) => modern(url, method, params, headers))],
  ])('for a client of %s', (_revision, begin) => {
    test('lists the tools', async () => {
      const ask = await begin();
      const { tools } = (await ask('tools/list')).message.result as { tools: readonly { readonly name: string }[] };
      expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['echo', 'walk', 'job_wait']));
    });

    test('answers a quick call whole', async () => {
      const ask = await begin();
      const { message } = await ask('tools/call', { name: 'echo', arguments: { text: 'hello' } });
      expect(dataOf(message.result)).toEqual({ text: 'hello' });
    });

    test('answers a call that takes longer with a handle, and the handle with the result', async () => {
      const [ask, askInHaste] = [await begin(), await begin({ 'holdfast-patience': '1' })];
      const [ledger, args] = walking('gated');
      const { message } = await askInHaste('tools/call', { name: 'walk', arguments: args });
      expect(textOf(message.result)).toContain('job_wait');
      ledger.open('gated');
      const job_ids = [dataOf(message.result)['job_id']];
      const ended = await ask('tools/call', { name: 'job_wait', arguments: { job_ids } });
      expect(dataOf(ended.message.result)).toEqual({ walked: ['gated'] });
    });
  });
});
