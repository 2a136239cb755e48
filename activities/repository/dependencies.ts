/** Reads the manifests of the analyzed commit and sums up what they declare. One that cannot be read is reported as unreadable. */
import type { Dependencies } from '../../workflows/analyze-repository/tool';
import type { StepContext } from '../step';
import type { Clone } from './clones';
import type { Declarations } from './declarations';
import { entryOf } from './inventory';
import { manifestKindOf } from './manifests';
import type { ManifestKind } from './manifests';
import { visible } from './visible';

/** Most manifests read. Those nearest to the root come first. */
const MAX_MANIFESTS = 200;
/** Largest manifest, bytes. Some parsers take seconds for a megabyte, and they hold up the worker's heartbeats. */
const MAX_MANIFEST_BYTES = 256 * 1024;
/** Most entries of the commit's tree that are looked at. */
const MAX_ENTRIES = 1_000_000;
const TOP_MANIFESTS = 50;
const TOP_DEPENDENCIES = 50;

export const NO_DEPENDENCIES: Dependencies = { manifests: [], moreManifests: 0, ecosystems: [] };

interface Manifest {
  readonly path: string;
  readonly id: string;
  readonly bytes: number;
  readonly kind: ManifestKind;
}

interface Declared {
  readonly name: string;
  readonly version: string;
  development: boolean;
  manifests: number;
}

export async function dependenciesOf(clone: Clone, context: StepContext): Promise<Dependencies> {
  const { nearest, count } = await manifestsOf(clone);
  const manifests: Dependencies['manifests'] = [];
  const ecosystems = new Map<string, Map<string, Declared>>();

  for (const { path, id, bytes, kind } of nearest) {
    const declarations =
      bytes > MAX_MANIFEST_BYTES ? undefined : parsed(kind, await clone.read(['cat-file', 'blob', id], bytes));
    manifests.push({
      path: visible(path),
      ecosystem: kind.ecosystem,
      name: typeof declarations?.name === 'string' ? visible(declarations.name, 100) : null,
      dependencies: declarations?.dependencies.length ?? 0,
      state: bytes > MAX_MANIFEST_BYTES ? 'too large' : declarations === undefined ? 'unreadable' : 'read',
    });
    addTo(ecosystems, kind.ecosystem, declarations?.dependencies ?? []);
    context.report({ done: manifests.length, total: nearest.length, message: 'manifests read' });
  }

  return {
    manifests: manifests.slice(0, TOP_MANIFESTS),
    moreManifests: Math.max(0, count - TOP_MANIFESTS),
    ecosystems: [...ecosystems].map(([name, declared]) => ({
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

/** The manifests nearest to the root, and how many there are in all. */
async function manifestsOf(clone: Clone): Promise<{ nearest: readonly Manifest[]; count: number }> {
  let nearest: Manifest[] = [];
  let count = 0;
  let entries = 0;
  const cut = () => (nearest = nearest.sort((a, b) => depthOf(a.path) - depthOf(b.path)).slice(0, MAX_MANIFESTS));
  for await (const record of clone.records(['ls-tree', '-r', '-l', '-z', clone.commit])) {
    entries += 1;
    if (entries > MAX_ENTRIES) break;
    const { mode, id, bytes, path } = entryOf(record);
    const kind = mode.startsWith('100') ? manifestKindOf(path) : undefined; // a symbolic link is not read
    if (kind === undefined) continue;
    count += 1;
    nearest.push({ path, id, bytes, kind });
    if (nearest.length >= 2 * MAX_MANIFESTS) cut();
  }
  return { nearest: cut(), count };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

/** Undefined when the text is not of the kind that its file name promises. */
function parsed(kind: ManifestKind, text: string): Declarations | undefined {
  try {
    return kind.read(text);
  } catch {
    return undefined;
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
    const entry = declared.get(name) ?? { name, version, development: true, manifests: 0 };
    entry.development &&= development;
    if (!seen.has(name)) entry.manifests += 1;
    seen.add(name);
    declared.set(name, entry);
  }
}
