/** Why Temporal cannot be asked: told apart by real connections, in the same words by gateways, workers and the doctor. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { unreachedText } from '../../config/unreached';

/** What a gateway's connection says of an address. */
async function told(address: string, tls?: boolean): Promise<string> {
  const connection = Connection.lazy({ address, ...(tls && { tls: true }), interceptors: [] });
  const asking = connection.withDeadline(Date.now() + 1_500, () => connection.workflowService.getSystemInfo({}));
  const error: unknown = await asking.catch((caught: unknown) => caught);
  await connection.close();
  return unreachedText(error, address);
}

/** A port on which nobody listens, and one where what comes is not understood. */
async function ports(): Promise<{ closed: string; deaf: string; stop: () => void }> {
  const [closed, deaf] = [createServer(), createServer((socket) => socket.on('error', () => undefined))];
  await Promise.all([closed, deaf].map((server) => new Promise<void>((go) => server.listen(0, '127.0.0.1', go))));
  const [closedAt, deafAt] = [closed, deaf].map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
  closed.close();
  return { closed: closedAt ?? '', deaf: deafAt ?? '', stop: () => deaf.close() };
}

test('refused, unknown by name, and silent are three sentences', async () => {
  const { closed, deaf, stop } = await ports();
  expect(await told(closed)).toBe(
    `Nothing listens at ${closed}, the connection was refused: start Temporal, or correct TEMPORAL_ADDRESS.`,
  );
  expect(await told('nowhere.invalid:7233')).toBe(
    'The host of nowhere.invalid:7233 is not known: correct TEMPORAL_ADDRESS.',
  );
  expect(await told(deaf)).toBe(`Temporal at ${deaf} is not reachable: no answer came in time.`);
  stop();
});

test("the worker's own connection is told in the same words", async () => {
  const { closed, stop } = await ports();
  stop();
  const error: unknown = await NativeConnection.connect({ address: closed }).catch((caught: unknown) => caught);
  expect(unreachedText(error, closed)).toContain(`Nothing listens at ${closed}, the connection was refused`);
});

test.each([
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: self-signed certificate in certificate chain. Resolution note: ',
    '(self-signed certificate in certificate chain)',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: 808C82D2417F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps',
    '(wrong version number)',
  ],
  [
    '14 UNAVAILABLE: No connection established. Last error: Error: 80CC:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required',
    '(certificate required)',
  ],
  ['transport error: invalid peer certificate: UnknownIssuer', '(UnknownIssuer)'],
])('a bad certificate is a fourth: %s', (message, reason) => {
  expect(unreachedText(Object.assign(new Error(message), { code: 14 }), 'cloud:7233')).toContain(
    `No TLS connection to Temporal at cloud:7233 ${reason}: TEMPORAL_TLS`,
  );
});

test('a key that is not allowed, and what is not Temporal, are the last two', () => {
  const coded = (code: number): Error => Object.assign(new Error('no'), { code });
  expect(unreachedText(coded(7), 'cloud:7233')).toContain('refuses us');
  expect(unreachedText(coded(16), 'cloud:7233')).toContain('refuses us');
  expect(unreachedText(coded(12), 'web:80')).toContain('is not Temporal');
});
