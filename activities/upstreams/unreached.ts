/** An upstream that cannot be reached from here, since a variable that its settings name is not set. */
import { failure } from '../failure';
import type { Upstream } from './upstream';

/** @param why - a sentence that names the variable */
export function createUnreached(name: string, why: string): Upstream {
  const refuse = (): Promise<never> => Promise.reject(failure('refused', `Upstream ${name} cannot be reached: ${why}`));
  return {
    list: refuse,
    call: refuse,
    follow: refuse,
    read: refuse,
    onChange: () => undefined,
    close: () => Promise.resolve(),
  };
}
