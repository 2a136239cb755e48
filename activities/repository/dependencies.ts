/** Reads the manifests of the analyzed commit and sums up what they declare. One that cannot be read is reported as unreadable. */
import type { Dependencies } from '../../workflows/analyze-repository/tool';
import type { StepContext } from '../step';
import { inThread, isTooMuch } from '../thread';
import type { Clone } from './clones';
import type { Declarations } from './declarations';
import { entryOf } from './inventory';
import { isForTests, isSample, manifestKindOf } from './manifests';
import type { ManifestKind, declarationsIn as read } from './manifests';
import { createReferences } from './references';
import type { Read } from './references';
import { decoded } from './text';
import { visible } from './visible';

/** Most manifests read. The ones nearest to the root come first. */
const MAX_MANIFESTS = 200;
/** Largest manifest, bytes. Some parsers take seconds for a megabyte. */
const MAX_MANIFEST_BYTES = 256 * 1024;
/** Longest time for one manifest, milliseconds. An honest one takes some ten. */
const MANIFEST_MS = 3_000;
/** How many manifests may take too long before the others are left unread, so that one repository does not hold a thread. */
const MOST_SLOW = 3;
/** Most dependencies that are summed up, of all manifests together. */
const MOST_DECLARED = 50_000;
/** Most entries of the commit's tree that are looked at. */
const MAX_ENTRIES = 1_000_000;
/** A finding: another attempt would end alike. */
const TOO_LONG = 'it took too long, or too much memory';
/** Most parts of a manifest that are named as not read, and the longest name of one, characters. */
const TOP_NOT_READ = 10;
const MAX_NOT_READ = 120;
const TOP_MANIFESTS = 50;
const TOP_DEPENDENCIES = 50;

const declarationsIn = inThread<typeof read>(require.resolve('./manifests'), 'declarationsIn', MANIFEST_MS);

export const NO_DEPENDENCIES: Dependencies = { manifests: [], moreManifests: 0, ecosystems: [] };

const NOTHING: Declarations = { name: null, dependencies: [] };

interface Manifest {
  readonly path: string;
  /** How many folders it is in. */
  readonly depth: number;
  readonly id: string;
  readonly bytes: number;
  readonly kind: ManifestKind;
}

/** What became of a manifest. */
interface Reading {
  readonly state: Dependencies['manifests'][number]['state'];
  /** Why it was not read, where the state alone does not say it. */
  readonly why?: string;
  readonly declarations?: Declarations;
}

interface Declared {
  readonly name: string;
  version: string;
  development: boolean;
  manifests: number;
}

export async function dependenciesOf(clone: Clone, context: StepContext): Promise<Dependencies> {
  const { nearest, count, samples } = await manifestsOf(clone);
  const readings: (Reading & Manifest)[] = [];
  let total = 0;
  let slow = 0;

  const texts = textsOf(clone, nearest);
  try {
    for (const manifest of nearest) {
      const reading: Reading =
        slow < MOST_SLOW
          ? await readingOf(manifest, texts, MOST_DECLARED - total, context.signal)
          : { state: 'unreadable', why: 'it was not tried, because others took too long' };
      if (reading.why === TOO_LONG) slow += 1;
      const { dependencies = [], offers = [] } = reading.declarations ?? {};
      total += dependencies.length + offers.length;
      readings.push({ ...reading, ...manifest });
      context.report({ done: readings.length, total: nearest.length, message: 'manifests read' });
    }
  } finally {
    await texts.return(undefined); // ends git, where some were not tried
  }

  const asRead = ({ path, kind, declarations = NOTHING }: Reading & Manifest): Read => ({
    path,
    ecosystem: kind.ecosystem,
    declarations,
  });
  const resolved = createReferences(readings.map(asRead));
  const ecosystems = new Map<string, Map<string, Declared>>();
  const manifests = readings.map((reading): Dependencies['manifests'][number] => {
    const { path, kind, state, why, declarations } = reading;
    const { dependencies, notRead } = resolved(asRead(reading));
    const offers = declarations?.offers?.length ?? 0;
    addTo(
      ecosystems,
      kind.ecosystem,
      isForTests(path) ? dependencies.map((entry) => ({ ...entry, development: true })) : dependencies,
    );
    return {
      path: visible(path),
      ecosystem: kind.ecosystem,
      name: typeof declarations?.name === 'string' ? visible(declarations.name, 100) : null,
      dependencies: dependencies.length,
      state,
      ...(why !== undefined && { why }),
      ...(offers > 0 && { offers }),
      ...(notRead.length > 0 && {
        notRead: notRead.slice(0, TOP_NOT_READ).map((part) => visible(part, MAX_NOT_READ)),
        moreNotRead: Math.max(0, notRead.length - TOP_NOT_READ),
      }),
    };
  });

  return {
    manifests: manifests.slice(0, TOP_MANIFESTS),
    moreManifests: Math.max(0, count - TOP_MANIFESTS),
    ...(samples > 0 && { samples }),
    ecosystems: [...ecosystems]
      .filter(([, declared]) => declared.size > 0)
      .map(([name, declared]) => ({
        name,
        dependencies: declared.size,
        list: [...declared.values()]
          .sort(
            (a, b) =>
              b.manifests - a.manifests || Number(a.development) - Number(b.development) || (a.name < b.name ? -1 : 1),
          )
          .slice(0, TOP_DEPENDENCIES)
          .map((entry) => ({ ...entry, name: visible(entry.name, 100), version: visible(entry.version, 60) })),
        more: Math.max(0, declared.size - TOP_DEPENDENCIES),
      })),
  };
}

/** The manifests nearest to the root, how many there are in all, and how many others are those of samples. */
async function manifestsOf(clone: Clone): Promise<{ nearest: readonly Manifest[]; count: number; samples: number }> {
  let nearest: Manifest[] = [];
  let count = 0;
  let samples = 0;
  let entries = 0;
  const cut = () => (nearest = nearest.sort((a, b) => a.depth - b.depth).slice(0, MAX_MANIFESTS));
  for await (const record of clone.records(['ls-tree', '-r', '-l', '-z', clone.commit])) {
    entries += 1;
    if (entries > MAX_ENTRIES) break;
    const { mode, id, bytes, path } = entryOf(record);
    const kind = mode.startsWith('100') ? manifestKindOf(path) : undefined; // a symbolic link is not read
    if (kind === undefined) continue;
    if (isSample(path)) {
      samples += 1;
      continue;
    }
    count += 1;
    nearest.push({ path, depth: path.split('/').length - 1, id, bytes, kind });
    if (nearest.length >= 2 * MAX_MANIFESTS) cut();
  }
  return { nearest: cut(), count, samples };
}

const isTooLarge = ({ bytes }: Manifest): boolean => bytes > MAX_MANIFEST_BYTES;

/** The texts of those that are not too large, in their order. One git reads them all, each when it is asked for. */
async function* textsOf(clone: Clone, manifests: readonly Manifest[]): AsyncGenerator<string, undefined> {
  const ids = manifests.filter((manifest) => !isTooLarge(manifest)).map(({ id }) => id);
  for await (const { head } of clone.blobs(ids, MAX_MANIFEST_BYTES)) yield decoded(head);
}

/**
 * @param texts - the next one is its own, unless it is too large
 * @param most - most dependencies that it may declare
 */
async function readingOf(
  manifest: Manifest,
  texts: AsyncIterator<string, undefined>,
  most: number,
  signal: AbortSignal,
): Promise<Reading> {
  if (isTooLarge(manifest)) return { state: 'too large' };
  const { path } = manifest;
  const { value: text = '' } = await texts.next();
  try {
    const declarations = await declarationsIn({ path, text, most }, signal);
    if (declarations === 'too many') return { state: 'too large', why: 'it declares more than is summed up' };
    return declarations === undefined ? { state: 'unreadable' } : { state: 'read', declarations };
  } catch (error) {
    if (isTooMuch(error)) return { state: 'unreadable', why: TOO_LONG };
    throw error;
  }
}

function addTo(
  ecosystems: Map<string, Map<string, Declared>>,
  ecosystem: string,
  dependencies: Declarations['dependencies'],
): void {
  const declared = ecosystems.get(ecosystem) ?? new Map<string, Declared>();
  ecosystems.set(ecosystem, declared);
  const seen = new Set<string>(); // a package that one manifest names twice counts once
  for (const { name, version, development } of dependencies) {
    const key = identityOf(ecosystem, name);
    const entry = declared.get(key) ?? { name, version, development: true, manifests: 0 };
    if (entry.version === '') entry.version = version;
    entry.development &&= development;
    if (!seen.has(key)) entry.manifests += 1;
    seen.add(key);
    declared.set(key, entry);
  }
}

/** What two names of one package have in common: some registries take different spellings for the same. */
function identityOf(ecosystem: string, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return ecosystem === 'NuGet' || ecosystem === 'Composer' ? name.toLowerCase() : name;
}
