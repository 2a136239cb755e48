/** Addresses that a server wants a person to open: they are shown to whoever calls, and never fetched. */
import type { Given, InputRequest, UpstreamAnswer, UpstreamRequest } from '../../../workflows/upstream-contract';
import { head } from '../../../workflows/cut';
import { failure } from '../../failure';
import { isGiven, listIn } from '../given';
import type { Trouble } from './trouble';

/** MCP's code of 2025-11-25 for a request that the server does not begin before somebody has opened an address. */
const URL_REQUIRED = -32042;
/** Addresses in one answer. */
const ADDRESSES_MAX = 10;
/** Longest address, characters. */
const ADDRESS_MAX = 2_000;

/** Keys of the questions that are made here: a server's own answer has none of these. */
const KEY = /^holdfast\.open\.(\d+)\.\d+$/;

/** Why a question cannot be put, where it wants somebody to open what is no address of the web. */
export function addressTrouble({ mode, url }: Given): string | undefined {
  if (mode !== 'url' || isAddress(url)) return undefined;
  return `It asks somebody to open what is no http or https address of at most ${ADDRESS_MAX} characters.`;
}

const isAddress = (url: unknown): url is string =>
  typeof url === 'string' && url.length <= ADDRESS_MAX && /^https?:\/\//i.test(url) && URL.canParse(url);

/** The answer to a question: who has opened an address has filled in no form. */
export function answerTo({ mode }: Given, { content, ...answer }: Given): Given {
  return content === undefined || mode === 'url' ? answer : { ...answer, content };
}

/** The questions of an error that names addresses; none where it is another one. */
function wantedIn({ code, data }: NonNullable<Trouble['answer']>): readonly Given[] {
  if (code !== URL_REQUIRED || !isGiven(data)) return [];
  const asked = listIn(data, 'elicitations').filter(isGiven);
  return asked.length <= ADDRESSES_MAX && asked.every(({ url }) => isAddress(url)) ? asked : [];
}

/**
 * The answer to a call that was not begun, since somebody has to open an address first: the questions whether they have. Undefined where the
 * error is another one.
 *
 * @param request - what was asked: a call that was not begun for that before may not be begun again
 */
export function toOpen(
  error: NonNullable<Trouble['answer']>,
  { responses = {} }: Pick<UpstreamRequest, 'responses'>,
): UpstreamAnswer | undefined {
  const round = 1 + Math.max(0, ...Object.keys(responses).map((key) => Number(KEY.exec(key)?.[1] ?? 0)));
  const requests = wantedIn(error).map((params, n): InputRequest => ({
    key: `holdfast.open.${round}.${n + 1}`,
    method: 'elicitation/create',
    params: { ...params, mode: 'url' },
  }));
  return requests.length > 0 ? { kind: 'input_required', requests } : undefined;
}

/** The answers to those questions are not for the server. @throws ApplicationFailure `refused` where one is a no */
export function withoutOpened(name: string, request: UpstreamRequest): UpstreamRequest {
  const { responses, ...rest } = request;
  const given = Object.entries(responses ?? {});
  const opened = given.filter(([key]) => KEY.test(key));
  if (opened.length === 0) return request;
  if (opened.some(([, reply]) => !isGiven(reply) || reply['action'] !== 'accept'))
    throw failure(
      'refused',
      `${request.tool} of ${name} begins when somebody has opened the address that it asked for, and nobody has.`,
    );
  const theirs = given.filter(([key]) => !KEY.test(key));
  return { ...rest, ...(theirs.length > 0 && { responses: Object.fromEntries(theirs) }) };
}

/** What an error that wants addresses opened says about a reading, where nobody can be asked; undefined for any other error. */
export function openFirst(name: string, error: NonNullable<Trouble['answer']>): string | undefined {
  const addresses = wantedIn(error).map(({ url }) => head(String(url), ADDRESS_MAX));
  if (addresses.length === 0) return undefined;
  return `Upstream ${name} gives it when somebody has opened ${addresses.join(' and ')}: do that if you trust it, and ask again.`;
}
