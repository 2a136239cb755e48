/** A process that attacks, until it is told to stop or is done, and says what it did. What it costs is not to be taken for a stall of the gateway. */
import { ATTACKS } from './doors';
import { flood } from './neighbours';

const [, , kind, name = '', url = '', key = ''] = process.argv;
const over = new AbortController();
process.once('message', () => over.abort());

const done =
  kind === 'flood'
    ? flood(name, url, key, over.signal)
    : ATTACKS[name]?.(new URL(url), key).then((attempts) => ({ attempts, refused: 0 }));
void done?.then((said) => {
  process.send?.(said);
  process.disconnect();
});
