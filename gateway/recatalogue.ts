/** Another catalogue for a gateway that runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../config/catalog';
import { BadSetting } from '../config/file';
import { withCatalog } from './catalog';
import type { OpenOffered } from './offered';
import { isHandle } from './taken';
import type { Tool } from './tools';

/** Checks another catalogue, and returns what puts its tools on offer. @throws BadSetting when an entry is wrong */
export type Recatalogue = (next: Catalog) => () => void;

export interface RecatalogueNeeds {
  /** The tools of the menu. */
  readonly authored: ReadonlyMap<string, Tool>;
  readonly offered: Pick<OpenOffered, 'replaceOwn'>;
  readonly namespace: string;
}

/** @param catalog - that of the tools on offer */
export function createRecatalogue(catalog: Catalog, { authored, offered, namespace }: RecatalogueNeeds): Recatalogue {
  let current = catalog;
  return (next) => {
    if (isDeepStrictEqual(next, current)) return () => undefined;
    const own = withCatalog(authored, next, namespace);
    const clash = [...own.keys()].find((name) => isHandle(name, authored));
    if (clash !== undefined) throw new BadSetting(`catalog.${clash}: that name belongs to a handle tool. Rename it.`);
    return () => {
      current = next;
      offered.replaceOwn(own);
    };
  };
}
