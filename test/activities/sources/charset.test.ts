/** The encoding of a document: by its mark, its header, what its format has for that, and by nothing else. */
import { decoded } from '../../../activities/sources/charset';
import type { Format } from '../../../activities/sources/charset';

const bytes = (...parts: readonly (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

test.each<[string, Format, Buffer, string, string]>([
  ['the mark comes before the header', 'xml', bytes([0xef, 0xbb, 0xbf], [0xc3, 0xa9]), 'text/xml; charset=latin1', 'é'],
  [
    'the mark comes before the declaration',
    'xml',
    bytes([0xef, 0xbb, 0xbf], '<?xml version="1.0" encoding="latin1"?>', [0xc3, 0xa9]),
    '',
    '<?xml version="1.0" encoding="latin1"?>é',
  ],
  ['UTF-16 with its mark', 'text', Buffer.concat([Buffer.from([0xff, 0xfe]), wide('é')]), '', 'é'],
  ['UTF-16 with its mark, the other way', 'text', Buffer.from([0xfe, 0xff, 0, 0xe9]), '', 'é'],
  ['UTF-16 without its mark', 'xml', wide('<?xml version="1.0"?><a>'), '', '<?xml version="1.0"?><a>'],
  ['JSON with a mark', 'json', bytes([0xef, 0xbb, 0xbf], '{}'), '', '{}'],
  [
    'prose about an encoding',
    'text',
    bytes('Write <?xml encoding="utf-16"?> or charset=utf-16 first. ', [0xc3, 0xa9]),
    '',
    'Write <?xml encoding="utf-16"?> or charset=utf-16 first. é',
  ],
  [
    'prose in HTML',
    'html',
    bytes('<meta name="d" content="charset=koi8-r"><!-- <meta charset=koi8-r> -->', [0xc3, 0xa9]),
    '',
    '<meta name="d" content="charset=koi8-r"><!-- <meta charset=koi8-r> -->é',
  ],
  [
    'prose that begins with a declaration',
    'text',
    bytes('<?xml version="1.0" encoding="koi8-r"?>', [0xc3, 0xa9]),
    '',
    '<?xml version="1.0" encoding="koi8-r"?>é',
  ],
  ['meta', 'html', bytes('<meta charset=koi8-r>', [0xc1]), '', '<meta charset=koi8-r>а'],
  [
    'meta as a header',
    'html',
    bytes('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', [0xc1]),
    '',
    '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">а',
  ],
  ['a header that is quoted', 'text', bytes([0xc1]), 'text/plain; Charset="KOI8-R"', 'а'],
  [
    'a declaration that cannot be true',
    'xml',
    bytes('<?xml version="1.0" encoding="utf-16"?>é'.slice(0, -1), [0xc3, 0xa9]),
    '',
    '<?xml version="1.0" encoding="utf-16"?>é',
  ],
  ['a label that nobody knows', 'text', bytes([0xc3, 0xa9]), 'text/plain; charset=klingon', 'é'],
  ['no declaration, and no UTF-8', 'text', bytes('gr', [0xfc, 0xdf], 'e ', [0x80]), '', 'grüße €'],
  ['a character that is cut at the end', 'text', bytes('é'.slice(1), [0xc3, 0xa9, 0xc3]), '', 'é'],
])('%s', (_what, format, body, header, text) => {
  expect(decoded(body, format, header)).toBe(text);
});

test.each<[string, number[], string]>([
  ['iso-8859-1', [0x80, 0x93, 0xe9], '€“é'],
  ['us-ascii', [0x80], '€'],
  ['x-sjis', [0x83, 0x65, 0x5c, 0x7e, 0x87, 0x40], 'テ\\~①'],
  ['euc-kr', [0xb0, 0xa1, 0x81, 0x41], '가갂'],
  ['gb2312', [0xd6, 0xd0, 0xa2, 0xe3], '中€'],
  ['big5', [0xa4, 0xa4, 0x87, 0x40], '中䏰'],
  ['euc-jp', [0xa4, 0xa2], 'あ'],
  ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x24, 0x22], 'あ'],
  ['iso-8859-16', [0xa4], '€'],
  ['tis-620', [0xa1], 'ก'],
  ['x-mac-cyrillic', [0x80], 'А'],
  ['iso-8859-8-i', [0xe0], 'א'],
])('the label %s means what it means to a browser', (label, body, text) => {
  expect(decoded(Buffer.from(body), 'text', `text/plain; charset=${label}`)).toBe(text);
});
