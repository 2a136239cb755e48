/** Follows what manifests say of each other: entries of catalogs, central versions, and files that they include. */
import { posix } from 'node:path';
import type { Declarations, Dependency } from './declarations';

/** A manifest that was read. */
export interface Read {
  readonly path: string;
  readonly ecosystem: string;
  readonly declarations: Declarations;
}

/** What a manifest declares, with the help of the others. */
export interface Resolved {
  readonly dependencies: readonly Dependency[];
  readonly notRead: readonly string[];
}

type Entries = readonly Omit<Dependency, 'development'>[];

/** Most entries that manifests take from others, of all together: a bundle may have thousands, and be named as often. */
const MOST_TAKEN = 50_000;

/** @param all - the manifests of a repository; each is resolved in turn by the function that is returned */
export function createReferences(all: readonly Read[]): (manifest: Read) => Resolved {
  const paths = new Set(all.map(({ path }) => path));
  const offers = new Map<string, Map<string, Entries>>(); // by ecosystem and name, then by folder
  let left = MOST_TAKEN;
  for (const { path, ecosystem, declarations } of all) {
    const folder = folderOf(path).replace(/(^|\/)gradle\/$/, '$1'); // a catalog of Gradle serves the folder above
    for (const [via, entries] of declarations.offers ?? []) {
      const key = `${ecosystem} ${via}`;
      const folders = offers.get(key) ?? new Map<string, Entries>();
      offers.set(key, folders.set(folder, entries));
    }
  }
  /** The entries that the nearest manifest offers: one in the folder, or else in a folder above it. */
  const offered = (key: string, folder: string) =>
    [...(offers.get(key) ?? [])]
      .filter(([above]) => folder.startsWith(above))
      .sort(([a], [b]) => b.length - a.length)[0]?.[1];

  return ({ path, ecosystem, declarations }) => {
    const folder = folderOf(path);
    const notRead = [...(declarations.notRead ?? [])];
    for (const file of declarations.includes ?? []) {
      if (!paths.has(posix.join(folder, file))) notRead.push(`what it includes from ${file}`);
    }
    const dependencies = declarations.dependencies.flatMap(({ via, ...dependency }): readonly Dependency[] => {
      const entries = via === undefined ? undefined : offered(`${ecosystem} ${via}`, folder);
      if (entries !== undefined && left >= entries.length) {
        left -= entries.length;
        return entries.map(({ name, version }) => ({ ...dependency, name: dependency.name || name, version }));
      }
      if (dependency.name !== '') return [dependency];
      notRead.push(
        entries === undefined
          ? `${via ?? ''}, which no catalog here has`
          : `${via ?? ''}, which is more than is summed up`,
      );
      return [];
    });
    return { dependencies, notRead };
  };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
