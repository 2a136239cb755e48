/** Reads the files of the analyzed commit: lines, which are binary or kept elsewhere, and in which language each is. */
import type { Inventory } from '../../workflows/analyze-repository/tool';
import type { StepContext } from '../step';
import { inThread, isTooMuch } from '../thread';
import { saysSomething } from './attributes';
import type { Attributes, AttributesFile, attributesIn as matchInThisThread } from './attributes';
import type { Blob } from './blobs';
import type { Clone } from './clones';
import { createComposition } from './composition';
import type { decide as inThisThread } from './heuristics';
import type { Claim, Languages } from './languages';
import { decoded } from './text';
import { createTurns } from './turn';

/** Largest file that is read, bytes. Git holds one that it has to unpack in memory. */
const MAX_BYTES = 256 * 1024 ** 2;
/** How much of a file is looked at for its language, bytes. */
const HEAD_BYTES = 16 * 1024;
/** How many files one git reads, and how many doubts go to a thread at a time at most. */
export const BATCH = 500;
/** Longest time for the doubts, or the attributes, of a batch, milliseconds. */
const BATCH_MS = 5_000;
/** How many batches may take too long before no more contents, or paths, are compared with patterns. */
const MOST_SLOW = 2;
/** Most files of one extension whose contents are compared with patterns. */
const MOST_EXAMINED = 1_000;
/** Most files of attributes that are read, those nearest to the root first, and the largest of them, bytes. */
const MAX_ATTRIBUTES = 50;
const MAX_ATTRIBUTES_BYTES = 64 * 1024;

/** A regular file of the commit. */
export interface Entry {
  readonly id: string;
  readonly bytes: number;
  readonly path: string;
}

export type Contents = Pick<
  Inventory,
  'binaryFiles' | 'lines' | 'vendored' | 'lfs' | 'guessed' | 'undecided' | 'unread' | 'unheeded'
> & { readonly languages: Inventory['languages'] };

const decide = inThread<typeof inThisThread>(require.resolve('./heuristics'), 'decide', BATCH_MS);

const match = inThread<typeof matchInThisThread>(require.resolve('./attributes'), 'attributesIn', BATCH_MS);
const NOTHING_SAID: Attributes = { leftOut: false };

/** @param entries - may be the files of attributes alone, and many others */
export async function readAttributes(clone: Clone, entries: readonly Entry[]): Promise<AttributesFile[]> {
  const depthOf = ({ path }: Entry) => path.split('/').length;
  const read = entries
    .filter(({ bytes }) => bytes <= MAX_ATTRIBUTES_BYTES)
    .sort((a, b) => depthOf(a) - depthOf(b))
    .slice(0, MAX_ATTRIBUTES);
  const files: AttributesFile[] = [];
  for await (const { head } of clone.blobs(
    read.map(({ id }) => id),
    MAX_ATTRIBUTES_BYTES,
  )) {
    const path = read[files.length]?.path ?? '';
    files.push({ folder: path.slice(0, path.lastIndexOf('/') + 1), text: decoded(head) });
  }
  return files;
}

/**
 * @param batches - of at most {@link BATCH} files
 * @param isReadable - whether the files may be read; otherwise their names alone count, and no lines
 * @param report - is told how many files have been read
 */
export async function contentsOf(
  clone: Clone,
  batches: AsyncIterable<readonly Entry[]>,
  {
    languages,
    attributes,
    isReadable,
  }: { languages: Languages; attributes: readonly AttributesFile[]; isReadable: boolean },
  { signal }: StepContext,
  report: (done: number) => void,
): Promise<Contents> {
  const files = attributes.filter(saysSomething);
  const turn = createTurns();
  const composition = createComposition(languages);
  const vendored = { files: 0, bytes: 0 };
  const lfs = { files: 0, bytes: 0 };
  const examined = new Map<Claim, number>();
  let [binaryFiles, lines, unread, unheeded, slow, slowToMatch, done] = [0, 0, 0, 0, 0, 0, 0];
  let doubts: { claim: Claim; bytes: number; lines: number; text: string }[] = [];

  /** What .gitattributes say of the files of a batch. */
  const saidOf = async (batch: readonly Entry[]): Promise<readonly Attributes[]> => {
    if (files.length === 0) return [];
    if (slowToMatch < MOST_SLOW) {
      try {
        return await match({ files, paths: batch.map(({ path }) => path) }, signal);
      } catch (error) {
        if (!isTooMuch(error)) throw error;
        slowToMatch += 1;
      }
    }
    unheeded += batch.length;
    return [];
  };

  /** @param blob - absent when the file was not read */
  const take = (
    { path, bytes }: Entry,
    { language, vendored: isSaid, leftOut }: Attributes = NOTHING_SAID,
    blob?: Blob,
  ) => {
    const isVendored = isSaid ?? languages.isVendored(path);
    if (isVendored) {
      vendored.files += 1;
      vendored.bytes += bytes;
    }
    const pointed = blob && pointedBytes(blob.head);
    if (pointed !== undefined) {
      lfs.files += 1;
      lfs.bytes += pointed;
      return;
    }
    if (blob?.lines === null) {
      binaryFiles += 1;
      return;
    }
    lines += blob?.lines ?? 0;
    if (isVendored || leftOut) return;
    const text = blob === undefined ? '' : decoded(blob.head);
    const claim =
      (language !== undefined ? languages.called(language) : undefined) ??
      languages.ofName(path) ??
      languages.ofFirstLine(text.slice(0, 200).split(/\r?\n/, 1)[0] ?? '') ??
      languages.ofExtension(path);
    if (claim === undefined) return;
    const file = { bytes, lines: blob?.lines ?? 0 };
    const before = examined.get(claim) ?? 0;
    if (blob === undefined || claim.rules.length === 0 || before >= MOST_EXAMINED || slow >= MOST_SLOW) {
      composition.add(certain(claim, claim.usual), file);
    } else {
      examined.set(claim, before + 1);
      doubts.push({ claim, ...file, text });
    }
  };

  /** An undecided file stays with all of its candidates. */
  const certain = (claim: Claim, language: string | undefined): Claim =>
    (language === undefined ? undefined : languages.called(language)) ?? claim;

  const settle = async () => {
    const asked = doubts;
    doubts = [];
    if (asked.length === 0) return;
    const answers = await decide(
      asked.map(({ claim, text }) => ({ rules: claim.rules, text })),
      signal,
    ).catch((error: unknown): undefined => {
      if (!isTooMuch(error)) throw error;
      slow += 1;
    });
    asked.forEach(({ claim, bytes, lines: count }, at) =>
      composition.add(certain(claim, answers?.[at] ?? claim.usual), { bytes, lines: count }),
    );
  };

  const readBatch = async (batch: readonly Entry[]) => {
    const wanted = isReadable ? batch.filter(({ bytes }) => bytes <= MAX_BYTES) : batch;
    const said = await saidOf(wanted);
    if (!isReadable) {
      for (const [nth, entry] of wanted.entries()) {
        take(entry, said[nth]);
        const due = turn();
        if (due) await due; // seldom: to wait for nothing takes time, too
      }
      return;
    }
    unread += batch.length - wanted.length;
    let at = 0;
    for await (const blob of clone.blobs(
      wanted.map(({ id }) => id),
      HEAD_BYTES,
    )) {
      const entry = wanted[at];
      if (entry) take(entry, said[at], blob);
      at += 1;
      const due = turn();
      if (due) await due;
    }
    await settle();
    done += batch.length;
    report(done);
  };

  for await (const batch of batches) await readBatch(batch);

  const { guessed, undecided, ...result } = composition.result(isReadable);
  return {
    binaryFiles: isReadable ? binaryFiles : null,
    lines: isReadable ? lines : null,
    vendored,
    ...(lfs.files > 0 && { lfs }),
    ...(guessed > 0 && { guessed }),
    ...(undecided > 0 && { undecided }),
    ...(unread > 0 && { unread }),
    ...(unheeded > 0 && { unheeded }),
    ...result,
  };
}

/** How large the file is that a pointer of Git LFS stands for, bytes; undefined when the file is no pointer. */
function pointedBytes(head: Buffer): number | undefined {
  if (head.length > 1_024 || !head.toString('latin1', 0, 42).startsWith('version https://git-lfs.github.com/spec/v1'))
    return undefined;
  return Number(/^size (\d{1,15})$/m.exec(head.toString('latin1'))?.[1] ?? 0);
}
