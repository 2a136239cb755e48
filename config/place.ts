/** Where in an author's sources an error was thrown. */

const PLACE =
  /^\s+at (?:.* \()?(?:file:\/\/)?((?!null|node:|evalmachine)(?![^()\n]*(?:node_modules|\.holdfast))[^()\s]+\.[cm]?[jt]s:\d+:\d+)\)?$/m;

/** The first place of a stack that is in none of Node, a package, and what was compiled; undefined where there is none. */
export const placeIn = (stack: string): string | undefined => PLACE.exec(stack)?.[1];
