/** A process that does one attack and says how many attempts it made. It is one of its own: what it costs is not to be taken for a stall. */
import { ATTACKS } from './doors';

const [, , name = '', url = '', key = ''] = process.argv;
void ATTACKS[name]?.(new URL(url), key).then((attempts) => {
  process.send?.({ attempts });
  process.disconnect();
});
