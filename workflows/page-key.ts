/** Tells whether two addresses, or two notes, are of one page. */
import type { Notes } from '../activities/research/notes';

/** Parameters that say where a reader came from, and change nothing on the page. */
const TRACKING = /^(?:utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi|ref_src|cmpid|xtor)$/i;

/**
 * A key that is equal for addresses of one page: with or without `www.`, TLS, a slash at the end or a place on the page, and however
 * the address is encoded.
 */
export function pageKeyOf(address: string): string {
  try {
    const url = new URL(address);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return address;
    for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name);
    url.searchParams.sort();
    const place = url.hash.startsWith('#!') || url.hash.startsWith('#/') ? url.hash : '';
    const path = decodeURI(url.pathname).replace(/\/(?:index\.html?)?$/, '');
    return `${url.host.replace(/^(?:www|m|amp)\./, '')}${path}${url.search}${place}`;
  } catch {
    return address;
  }
}

/** Whether a page is noted already: at the address that it is in truth at, or with the same text. */
export function isNotedIn(notes: readonly Notes[], { url, page }: Notes): boolean {
  const keys = [url, page?.url ?? url].map(pageKeyOf);
  return notes.some(
    (other) =>
      keys.includes(pageKeyOf(other.url)) ||
      keys.includes(pageKeyOf(other.page?.url ?? other.url)) ||
      (page !== undefined && other.page?.text === page.text),
  );
}
