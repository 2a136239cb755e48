/** Which names are those of elements, where HTML and text such as `List<int>` cannot be told apart otherwise. */
import { INLINE } from './html';

const HTML = new Set([
  ...INLINE,
  ...'acronym address applet area article aside audio base basefont bgsound big blink blockquote body br button canvas caption center col colgroup command datalist dd details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe image img input legend li link listing main map marquee menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p param picture plaintext pre progress rp rt ruby script search section select slot source strike style summary svg table tbody td template textarea tfoot th thead title tr track ul video xmp'.split(
    ' ',
  ),
  ...'math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup munder mover munderover mmultiscripts mtable mtr mtd maction semantics annotation'.split(
    ' ',
  ),
]);

const IN_TITLES = new Set([...INLINE, 'acronym', 'big', 'br', 'h1', 'h2', 'h3', 'img', 'p', 'strike']);

/** Whether a tag of this name is one. Names with a dash or a colon are those of somebody's own elements. */
export const isElement = (name: string): boolean => HTML.has(name) || /^[a-z][\w.]*[-:][\w.:-]+$/.test(name);

/** As {@link isElement}, in a title, which has no elements but those of a line. */
export const isElementOfTitle = (name: string): boolean => IN_TITLES.has(name);
