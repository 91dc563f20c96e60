/**
 * Recognises a licence by its text, or returns `null`.
 *
 * Every licence here has a sentence of its own that its copies keep, whatever they change around it. A text
 * that holds several licences is the package's own first, then those of what it bundles: so the first wins.
 *
 * A copy of the GPL, LGPL or AGPL does not say whether "or any later version" applies; its name here is
 * therefore the family's, without `-only` or `-or-later`.
 */
export function recogniseLicense(text: string): string | null {
  const plain = toPlainWords(text);
  const found = MARKS.map(({ words, license }) => ({ at: words.exec(plain)?.index ?? -1, license })).filter(
    ({ at }) => at >= 0,
  );
  const [first] = found.sort((a, b) => a.at - b.at);
  return first === undefined ? null : first.license(plain);
}

interface Mark {
  /** A sentence as `toPlainWords` leaves it. */
  readonly words: RegExp;
  readonly license: (plain: string) => string;
}

const always = (license: string) => () => license;

const MARKS: readonly Mark[] = [
  {
    words: /permission is hereby granted,? free of charge,? to any person obtaining a copy of this software/,
    license: (plain) =>
      /(copyright notice and )?this permission notice.{0,40} shall be included/.test(plain) ? 'MIT' : 'MIT-0',
  },
  {
    words: /permission to use,? copy,? modify,? and ?\/? ?(or )?distribute this software for any purpose/,
    license: (plain) => (/provided that the above copyright notice/.test(plain) ? 'ISC' : '0BSD'),
  },
  { words: /redistribution and use in source and binary forms/, license: bsd },
  { words: /apache license,? version 2\.0/, license: always('Apache-2.0') },
  { words: /mozilla public license,? (version|v\.) ?2\.0/, license: always('MPL-2.0') },
  { words: /this is free and unencumbered software released into the public domain/, license: always('Unlicense') },
  { words: /cc0 1\.0 universal|creative commons zero v1\.0 universal/, license: always('CC0-1.0') },
  { words: /blue oak model license/, license: always('BlueOak-1.0.0') },
  { words: /gnu affero general public license,? version 3/, license: always('AGPL-3.0') },
  { words: /gnu lesser general public license,? version 3/, license: always('LGPL-3.0') },
  { words: /gnu lesser general public license,? version 2\.1/, license: always('LGPL-2.1') },
  { words: /gnu library general public license,? version 2/, license: always('LGPL-2.0') },
  { words: /gnu general public license,? version 3/, license: always('GPL-3.0') },
  { words: /gnu general public license,? version 2/, license: always('GPL-2.0') },
];

function bsd(plain: string): string {
  if (/all advertising materials mentioning features/.test(plain)) return 'BSD-4-Clause';
  return /endorse or promote products/.test(plain) ? 'BSD-3-Clause' : 'BSD-2-Clause';
}

// Line breaks, indentation, comment signs and quotation marks differ from copy to copy.
function toPlainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/["'`“”‘’*#>_=]/g, ' ')
    .replace(/\s+/g, ' ');
}
