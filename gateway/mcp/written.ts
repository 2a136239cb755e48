/** Answers as text. A list of tools is the same in thousands of them, and is written once. */
import type { JSONRPCResultResponse } from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';
import { wellFormed } from '../json';

/** Characters of lists that are kept: hundreds of keys may have a set of tools each. */
const KEPT_MAX = 8 * 2 ** 20;

/** By the list itself: the menu has another for each edition and each set of tools. */
const lists = new LRUCache<object, string>({ maxSize: KEPT_MAX, sizeCalculation: ({ length }) => length });

/** The text of an answer, as `JSON.stringify` has it, and well-formed. */
export function written(answer: JSONRPCResultResponse): string {
  const { result, ...envelope } = answer;
  const { tools, ...more } = result;
  if (!Array.isArray(tools)) return wellFormed(JSON.stringify(answer));
  return `{"result":{"tools":${listed(tools)}${wellFormed(`${members(more)}}${members(envelope)}}`)}`;
}

function listed(tools: object): string {
  const before = lists.get(tools);
  if (before !== undefined) return before;
  const text = wellFormed(JSON.stringify(tools));
  lists.set(tools, text);
  return text;
}

/** What stands in an object behind its first member. */
function members(more: object): string {
  const inner = JSON.stringify(more).slice(1, -1);
  return inner === '' ? '' : `,${inner}`;
}
