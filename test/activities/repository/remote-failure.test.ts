/** Git's words are told apart, and never repeated. The samples were taken from git 2.39 against a server that fails on purpose. */
import { EgressError } from '../../../activities/egress/error';
import { GitError } from '../../../activities/repository/git';
import { connectionFailure, remoteFailure } from '../../../activities/repository/remote-failure';

const url = 'https://example.com/a/b/';
const cannot = (why: string) => `fatal: unable to access '${url}': ${why}`;

test.each([
  ['refused', `fatal: repository '${url}' not found`],
  [
    'refused',
    "error: unable to read askpass response from '/bin/false'\nfatal: could not read Username for 'https://example.com': terminal prompts disabled",
  ],
  ['refused', cannot('The requested URL returned error: 403')],
  ['refused', cannot('The requested URL returned error: 410')],
  [
    'unavailable',
    cannot('server certificate verification failed. CAfile: /etc/ssl/certs/ca-certificates.crt CRLfile: none'),
  ],
  ['refused', cannot('Protocol "http" not supported or disabled in libcurl')],
  ['refused', "fatal: transport 'ext' not allowed"],
  ['refused', `fatal: ${url}info/refs not valid: is this a git repository?`],
  ['refused', "fatal: '/tmp/x' does not appear to be a git repository\nfatal: Could not read from remote repository."],
  ['refused', 'fatal: remote error: upload-pack: not our ref 1111111111111111111111111111111111111111'],
  ['unavailable', cannot('The requested URL returned error: 429')],
  ['unavailable', cannot('The requested URL returned error: 500')],
  ['unavailable', cannot('The requested URL returned error: 503')],
  ['unavailable', cannot('GnuTLS recv error (-110): The TLS connection was non-properly terminated.')],
  ['unavailable', cannot("Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server")],
  ['unavailable', 'error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: early EOF'],
  [
    'unavailable',
    'error: RPC failed; curl 28 Operation too slow. Less than 1000 bytes/sec transferred the last 60 seconds',
  ],
  ['unavailable', 'fatal: write error: No space left on device'],
  ['refused', 'fatal: something that nobody has seen yet'],
])('%s: %s', (kind, stderr) => {
  const failure = remoteFailure(new GitError('fetch', 128, stderr));
  expect(failure).toMatchObject({ type: kind, nonRetryable: kind === 'refused' });
  expect(failure.message).not.toContain('example.com');
  expect(failure.message).not.toContain('fatal');
});

test('a git that was ended by a signal may be tried again', () => {
  expect(remoteFailure(new GitError('fetch', null, ''))).toMatchObject({ type: 'unavailable', nonRetryable: false });
});

test('all failures of a connection read alike, so that none tells what answers at a port', () => {
  const sentences = [
    cannot('server certificate verification failed. CAfile: none CRLfile: none'),
    cannot('GnuTLS recv error (-110): The TLS connection was non-properly terminated.'),
    cannot("Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server"),
    'error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: early EOF',
    'error: RPC failed; curl 28 Operation too slow. Less than 1000 bytes/sec transferred the last 60 seconds',
  ].map((stderr) => remoteFailure(new GitError('fetch', 128, stderr)).message);
  expect(new Set([...sentences, connectionFailure(new EgressError('timeout')).message]).size).toBe(1);
});

test('an internal name and one that nobody knows read alike', () => {
  const cause = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
  const [unknown, internal] = [new EgressError('host_not_found', { cause }), new EgressError('forbidden_address')];
  expect(connectionFailure(unknown).message).toBe(connectionFailure(internal).message);
});
