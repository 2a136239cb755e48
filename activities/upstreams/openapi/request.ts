/** Makes the request of an operation from the arguments of its tool. */
import { failure } from '../../failure';
import type { Given } from '../../../workflows/upstream-contract';
import type { Sent } from '../../egress/exchange';
import type { Operation, Parameter } from './api';
import type { Credentials } from './auth';
import { ownOf } from './json';
import { BODY } from './arguments';
import { payloadOf } from './payload';
import { encoded, headerText, pairsOf, pathText } from './style';

/** What headers may have: RFC 9110, and Latin-1 since Node sends no more. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export interface Built extends Sent {
  readonly url: URL;
  readonly method: Operation['method'];
}

export interface Extra {
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
}

/**
 * @param base - the server's address, without a slash at its end
 * @throws ApplicationFailure `invalid_input` when the arguments cannot be sent
 */
export function requestOf(operation: Operation, base: string, given: Given, { headers, credentials }: Extra): Built {
  const known = new Set([...operation.parameters.map(({ argument }) => argument), ...(operation.body ? [BODY] : [])]);
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw failure(
      'invalid_input',
      `There is no argument ${JSON.stringify(unknown.slice(0, 64))}: there are ${[...known].join(', ') || 'none'}.`,
    );
  const values = operation.parameters.flatMap((parameter) => {
    const value = ownOf(given, parameter.argument);
    if (value !== undefined && value !== null)
      return [{ parameter, value: parameter.json ? JSON.stringify(value) : value }];
    if (parameter.required) throw failure('invalid_input', `The argument ${parameter.argument} is missing.`);
    return [];
  });
  const at = (place: Parameter['place']) => values.filter(({ parameter }) => parameter.place === place);

  const query = [
    ...at('query').flatMap(({ parameter, value }) => pairsOf(parameter.name, value, parameter)),
    ...credentials.query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`),
  ];
  const sentHeaders = at('header').map(({ parameter, value }) => {
    const text = headerText(value, parameter);
    if (!HEADER_VALUE.test(text))
      throw failure('invalid_input', `The argument ${parameter.argument} has characters that a header cannot have.`);
    return [parameter.name.toLowerCase(), text] as const;
  });
  const cookies = [
    ...at('cookie').flatMap(({ parameter, value }) => pairsOf(parameter.name, value, parameter)),
    ...credentials.cookies.map(([name, value]) => `${name}=${value}`),
    ...(headers.cookie === undefined ? [] : [headers.cookie]),
  ];
  const url = new URL(`${base}${filled(operation.path, at('path'))}`);
  if (query.length > 0) url.search = [url.search.slice(1), ...query].filter((part) => part !== '').join('&');
  const body = bodyOf(operation, given);
  return {
    url,
    method: operation.method,
    headers: {
      accept: operation.accept,
      ...Object.fromEntries(sentHeaders),
      ...(body && { 'content-type': body.type }),
      ...headers,
      ...credentials.headers,
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
    },
    ...(body && { body: body.bytes }),
  };
}

interface Filling {
  readonly parameter: Parameter;
  readonly value: unknown;
}

/**
 * The path with its parameters in place. One that is empty, or `..`, would lead to another operation: DELETE of a collection in
 * place of its member.
 */
function filled(path: string, values: readonly Filling[]): string {
  const texts = new Map(
    values.map(({ parameter, value }) => {
      const text = pathText(parameter.name, value, parameter);
      if (text === '') throw failure('invalid_input', `The argument ${parameter.argument} must not be empty.`);
      return [parameter.name, text] as const;
    }),
  );
  const whole = path.replace(/\{([^{}]+)\}/g, (_all, name: string) => texts.get(name) ?? '');
  const steps = (text: string): number => text.split('/').filter((segment) => /^(\.|%2e){1,2}$/i.test(segment)).length;
  if (steps(whole) > steps(path)) throw failure('invalid_input', 'An argument of the path must not be "." or "..".');
  return whole;
}

function bodyOf({ body }: Operation, given: Given) {
  const value = ownOf(given, BODY);
  if (!body || value === undefined) {
    if (body?.required === true) throw failure('invalid_input', `The argument ${BODY} is missing.`);
    return undefined;
  }
  return payloadOf(body, value);
}
