/**
 * Spells a licence as SPDX does: `Apache 2.0` becomes `Apache-2.0`, `(mit)` becomes `MIT`, and the parts of
 * an expression each for themselves. What is not known stays as its author wrote it.
 */
export function toSpdx(license: string): string {
  const whole = license.trim();
  const known = named(whole);
  if (known !== undefined) return known;
  const parts = withoutOuterParentheses(whole).split(/(\s+(?:AND|OR|WITH)\s+|[()])/i);
  const spelt = parts.map((part) => (OPERATOR.test(part) ? ` ${part.trim().toUpperCase()} ` : spell(part)));
  return spelt.includes(NO_LICENSE_NAME) ? whole : spelt.join('');
}

/** The file that `SEE LICENSE IN FILE` points to. */
export function licenseFileNamedBy(license: string): string | undefined {
  return /^see licen[sc]e in\s+(.+)$/i
    .exec(license.trim())?.[1]
    ?.replace(/[<>"']/g, '')
    .trim();
}

/** Does it leave open which licence of a family is meant, as `BSD` does? */
export function isAmbiguous(license: string): boolean {
  return /^(bsd|bsd-like|l?gpl|agpl|apache|creative commons|cc)$/i.test(license.trim());
}

const OPERATOR = /^\s+(AND|OR|WITH)\s+$/i;

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  MIT: ['mit', 'mit license', 'the mit license', 'the mit license (mit)', 'mit/x11', 'mit/expat', 'expat', 'x11/mit'],
  'MIT-0': ['mit-0', 'mit no attribution'],
  ISC: ['isc', 'isc license', 'the isc license'],
  'BSD-2-Clause': [
    'bsd-2-clause',
    'bsd 2-clause',
    '2-clause bsd',
    'bsd-2',
    'simplified bsd',
    'freebsd',
    'bsd 2-clause license',
  ],
  'BSD-3-Clause': [
    'bsd-3-clause',
    'bsd 3-clause',
    '3-clause bsd',
    'bsd-3',
    'new bsd',
    'modified bsd',
    'revised bsd',
    'bsd 3-clause license',
    'new bsd license',
  ],
  'Apache-2.0': [
    'apache-2.0',
    'apache 2.0',
    'apache 2',
    'apache-2',
    'apache2',
    'apache2.0',
    'apache v2',
    'apache v2.0',
    'apache license 2.0',
    'apache license v2.0',
    'apache license, version 2.0',
    'apache license version 2.0',
    'apache software license 2.0',
    'asl 2.0',
  ],
  'MPL-2.0': [
    'mpl-2.0',
    'mpl 2.0',
    'mpl2',
    'mplv2',
    'mpl-2',
    'mozilla public license 2.0',
    'mozilla public license, version 2.0',
  ],
  '0BSD': ['0bsd', 'bsd zero clause license', 'zero-clause bsd'],
  Unlicense: ['unlicense', 'the unlicense', 'unlicence'],
  'CC0-1.0': ['cc0-1.0', 'cc0', 'cc0 1.0', 'cc-0', 'cc0 1.0 universal'],
  'BlueOak-1.0.0': ['blueoak-1.0.0', 'blue oak model license 1.0.0', 'blueoak'],
  WTFPL: ['wtfpl', 'wtfpl-2.0', 'do what the fuck you want to public license'],
  'GPL-2.0': ['gpl-2.0', 'gplv2', 'gpl2', 'gpl v2', 'gpl 2', 'gpl-2', 'gpl 2.0'],
  'GPL-3.0': ['gpl-3.0', 'gplv3', 'gpl3', 'gpl v3', 'gpl 3', 'gpl-3', 'gpl 3.0'],
  'LGPL-2.1': ['lgpl-2.1', 'lgplv2.1', 'lgpl 2.1', 'lgpl2.1'],
  'LGPL-3.0': ['lgpl-3.0', 'lgplv3', 'lgpl3', 'lgpl v3', 'lgpl 3', 'lgpl-3', 'lgpl 3.0'],
  'AGPL-3.0': ['agpl-3.0', 'agplv3', 'agpl3', 'agpl v3', 'agpl 3', 'agpl-3', 'agpl 3.0'],
  UNLICENSED: ['unlicensed'],
};

const BY_SPELLING = new Map(
  Object.entries(SPELLINGS).flatMap(([id, spellings]) => spellings.map((spelling) => [spelling, id] as const)),
);

function named(license: string): string | undefined {
  return BY_SPELLING.get(license.toLowerCase().replace(/\s+/g, ' '));
}

// A sentence can have an "or" in it and still be no expression.
const NO_LICENSE_NAME = 'a sentence';

function spell(part: string): string {
  const name = part.trim();
  return named(name) ?? (/\s/.test(name) ? NO_LICENSE_NAME : name);
}

// `(MIT OR ISC)` but not `(MIT) OR (ISC)`.
function withoutOuterParentheses(expression: string): string {
  const inner = /^\(([^()]*)\)$/.exec(expression)?.[1];
  return inner === undefined ? expression : inner.trim();
}
