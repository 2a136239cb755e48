/** Where an API is: the servers that a document names, with their variables, or the operator's own address. */
import { listOf, nodeOf, ownOf, textOf } from './json';
import type { Node } from './json';

/** The first of the servers of a document, a path or an operation, if it names any. Variables have their default. */
export function serverOf(node: Node): string | undefined {
  const [server] = listOf(node.servers);
  return server === undefined ? undefined : filled(nodeOf(server));
}

/** All of them. */
export function serversOf(node: Node): string[] {
  return listOf(node.servers).flatMap((server) => filled(nodeOf(server)) ?? []);
}

function filled({ url, variables }: Node): string | undefined {
  return textOf(url)?.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    return textOf(nodeOf(ownOf(nodeOf(variables), name)).default) ?? whole;
  });
}
