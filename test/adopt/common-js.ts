/** Our examples as CommonJS. */
export const commonJs = (text: string): string =>
  text
    .replaceAll(
      /^import (\{[^}]*\}|\w+) from ('[^']+');/gm,
      (_line, names: string, from: string) => `const ${names.replaceAll(' as ', ': ')} = require(${from});`,
    )
    .replaceAll(/^export const (\w+) =/gm, 'const $1 = exports.$1 =');
