import { lazy } from './lazy.js';
import { stem } from './stem.js';

/** A word as an index knows it. */
export interface Term {
  /** The word as it was written, in lower case. */
  readonly word: string;
  /** What it is compared by: without accents, and as a stem when it is English. */
  readonly term: string;
}

/**
 * Words that say nothing about what a tool does: the function words of English, the pieces that an apostrophe leaves of
 * them, and the words with which one asks for something, which are many in tasks and few in descriptions, so that their
 * rarity would count for much.
 */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a about above after again against all am an and any are as at be because been before being below between both ' +
    'but by can cannot d did do does doing don down during each few for from further had has have having he her here ' +
    'hers herself him himself his how i if in into is isn it its itself just ll m me more most my myself no nor not ' +
    'now o of off on once only or other our ours ourselves out over own re s same she should so some such t than that ' +
    'the their theirs them themselves then there these they this those through to too under until up us ve very was ' +
    'we were what when where which while who whom why will with you your yours yourself yourselves ' +
    'able additionally also assist could give hello help hey hi interested know let like looking may might must need ' +
    'please provide shall tell thank thanks trying use using want wondering would'
  ).split(' '),
);

/** What words are found by. Made when the first text is read: the tables of Unicode's scripts take longer than all else. */
const patterns = lazy(() => {
  const letter = '[\\p{L}\\p{M}\\p{N}]';
  /** Scripts that set no space between words. */
  const unspaced =
    '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]';
  return {
    /** The first group is a run of letters in such a script; their punctuation is in `unspaced` too, but is no letter. */
    word: new RegExp(`((?:(?=${letter})${unspaced})+)|(?:(?!${unspaced})${letter})+`, 'gu'),
    /** `parseHTTPUrls2` → parse, HTTP, Urls, 2; the `s` of `getURLs` stays with its capitals. */
    part: /\p{Lu}+s?(?!\p{Ll})|\p{Lu}?[^\p{Lu}\p{N}]+|\p{N}+/gu,
  };
});

/**
 * The words of a text, in order, repeated ones too, stop words left out.
 *
 * A word ends at whatever is no letter, mark or number, in any script. One that has parts (`forkJoin`, `base64`) gives
 * a term as a whole and one for each part; a run of a script without spaces gives its pairs of neighbouring characters.
 */
export function termsOf(text: string): readonly Term[] {
  const { word: wordPattern, part: partPattern } = patterns();
  const terms: Term[] = [];
  for (const [written, unspaced] of text.normalize('NFKC').matchAll(wordPattern)) {
    if (unspaced === undefined) {
      const word = written.toLowerCase();
      add(terms, word, word);
      const parts = written.match(partPattern) ?? [];
      if (parts.length > 1) for (const part of parts) add(terms, word, part.toLowerCase());
    } else {
      for (const pair of pairsOf(unspaced)) terms.push({ word: pair, term: pair });
    }
  }
  return terms;
}

function add(terms: Term[], word: string, part: string): void {
  const plain = part.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  if (!STOP_WORDS.has(plain)) terms.push({ word, term: stem(plain) });
}

function pairsOf(run: string): readonly string[] {
  const [first = '', ...rest] = run;
  return rest.length === 0 ? [first] : rest.map((character, i) => (rest[i - 1] ?? first) + character);
}
