/** How an upstream is reached, with the values of the variables that it names. Only workers ask for that: they hold the secrets. */
import { BadSetting } from './file';
import { expandedText, misreadIn, namedInText } from './references';
import type { UpstreamSettings, Upstreams } from './upstreams';

/**
 * The settings with the values of the variables that they name. Names, filters and descriptions name none.
 *
 * @param place - where they stand, for the message: upstreams.github
 * @throws BadSetting that names the variable and the place when one is not set, or when what comes of it is no address
 */
export function expanded<T extends UpstreamSettings>(settings: T, env: NodeJS.ProcessEnv, place: string): T {
  const reached = withTexts(settings, (text, setting) => expandedText(text, env, `${place}.${setting.join('.')}`));
  if ('url' in reached && !isWebAddress(reached.url))
    throw new BadSetting(`${place}.url must be an address that begins with https:// or http://.`);
  return reached;
}

/** In the place of settings with which nothing can be reached here: a sentence that names the variable, and where it stands. */
export interface Unset {
  readonly unset: string;
}

/** A worker's upstreams, by name. */
export type Expanded = Readonly<Record<string, UpstreamSettings | Unset>>;

/** Expands every upstream of a worker. What is wrong with one of them is its own affair: the others are reached. */
export function expandedAll(upstreams: Upstreams, env: NodeJS.ProcessEnv): Expanded {
  return Object.fromEntries(
    Object.entries(upstreams).map(([name, settings]): [string, UpstreamSettings | Unset] => {
      try {
        return [name, expanded(settings, env, `upstreams.${name}`)];
      } catch (error) {
        if (!(error instanceof BadSetting)) throw error;
        return [name, { unset: error.message }];
      }
    }),
  );
}

/** The variables that the settings name. */
export const namedBy = (settings: UpstreamSettings): string[] =>
  textsOf(settings).flatMap(({ text }) => namedInText(text));

/** References that can never be understood, and where they stand. */
export const misreadBy = (settings: UpstreamSettings): { setting: readonly string[]; message: string }[] =>
  textsOf(settings).flatMap(({ text, setting }) => {
    const message = misreadIn(text);
    return message === undefined ? [] : [{ setting, message }];
  });

/** A text that tells how an upstream is reached. */
interface Reached {
  readonly setting: readonly string[];
  readonly text: string;
}

/** All texts that tell how it is reached. */
export function textsOf(settings: UpstreamSettings): readonly Reached[] {
  const found: Reached[] = [];
  withTexts(settings, (text, setting) => {
    found.push({ text, setting });
    return text;
  });
  return found;
}

type Change = (text: string, setting: readonly string[]) => string;

/** Settings with other texts where they tell how the upstream is reached. */
function withTexts<T extends UpstreamSettings>(settings: T, change: Change): T {
  const one = <K extends string>(name: K, text: string | undefined, group?: string): Partial<Record<K, string>> =>
    text === undefined
      ? {}
      : ({ [name]: change(text, group === undefined ? [name] : [group, name]) } as Record<K, string>);
  const each = (group: string, texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text, [group, name])]));
  if ('command' in settings)
    return {
      ...settings,
      ...one('command', settings.command),
      args: settings.args.map((text, at) => change(text, ['args', String(at)])),
      env: each('env', settings.env),
      ...one('cwd', settings.cwd),
    };
  if ('url' in settings) {
    const { oauth } = settings;
    return {
      ...settings,
      ...one('url', settings.url),
      headers: each('headers', settings.headers),
      ...(oauth && {
        oauth: {
          ...oauth,
          ...one('client_id', oauth.client_id, 'oauth'),
          ...one('client_secret', oauth.client_secret, 'oauth'),
          ...one('scope', oauth.scope, 'oauth'),
          ...one('token_url', oauth.token_url, 'oauth'),
          ...one('issuer', oauth.issuer, 'oauth'),
        },
      }),
    };
  }
  return {
    ...settings,
    ...one('openapi', settings.openapi),
    ...one('base_url', settings.base_url),
    auth: each('auth', settings.auth),
    headers: each('headers', settings.headers),
  };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
