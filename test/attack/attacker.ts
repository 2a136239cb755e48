/** A process that attacks, and says what it saw. It is one of its own: what it costs is not to be taken for a stall of the gateway. */
import { ATTACKS } from './doors';
import { behind } from './neighbours';

const [, , kind, name = '', url = '', key = '', victim = ''] = process.argv;
const seen =
  kind === 'neighbours'
    ? behind(name, url, victim, key)
    : ATTACKS[name]?.(new URL(url), key).then((attempts) => ({ attempts }));
void seen?.then((all) => {
  process.send?.(all);
  process.disconnect();
});
