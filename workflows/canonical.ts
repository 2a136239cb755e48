/** JSON in which the order of keys does not count. Digests of it are stored: it must stay as it is, byte for byte. */

/** The canonical JSON of `value`; undefined where it has none, as for `undefined`. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
