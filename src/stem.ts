const STEP_2 = new Map(
  (
    'ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize ' +
    'ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble logi:log'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
const STEP_3 = new Map(
  'icate:ic ative: alize:al iciti:ic ical:ic ful: ness:'.split(' ').map((pair) => pair.split(':') as [string, string]),
);
const STEP_4 = /(?:al|[ae]nce|er|ic|[ai]ble|ant|ement|ment|ent|([st])ion|ou|ism|ate|iti|ous|ive|ize)$/;

/**
 * The stem of an English word, so that `searches`, `searching` and `searched` are one word to an index.
 *
 * M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, pp. 130–137, with the two endings that
 * Porter's own later program changed (`bli` for `abli`, and `logi`). No package is used: those that are kept exist as
 * ES modules only or as CommonJS only, and this library ships both.
 *
 * @param word lower case. What is not 3 to 40 letters a–z is no English word, and comes back as it is.
 */
export function stem(word: string): string {
  if (!/^[a-z]{3,40}$/.test(word)) return word;
  let stemmed = word.replace(/(ss|i)es$/, '$1').replace(/([^s])s$/, '$1');
  stemmed = withoutPast(stemmed);
  if (stemmed.endsWith('y') && hasVowel(stemmed.slice(0, -1))) stemmed = `${stemmed.slice(0, -1)}i`;
  stemmed = replaced(stemmed, STEP_2);
  stemmed = replaced(stemmed, STEP_3);
  const short = stemmed.replace(STEP_4, '$1');
  return withoutFinalE(measure(short) > 1 ? short : stemmed);
}

/** Step 1b: `agreed` → `agree`, `hopping` → `hop`, `hoping` → `hope`. */
function withoutPast(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const rest = word.replace(/(?:ed|ing)$/, '');
  if (rest === word || !hasVowel(rest)) return word;
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (/([^aeioulsz])\1$/.test(rest)) return rest.slice(0, -1);
  return measure(rest) === 1 && endsShort(rest) ? `${rest}e` : rest;
}

/** Steps 2 and 3: the longest ending that `endings` knows is replaced, if a syllable is left before it. */
function replaced(word: string, endings: ReadonlyMap<string, string>): string {
  for (let length = Math.min(7, word.length); length > 1; length--) {
    const ending = endings.get(word.slice(-length));
    if (ending === undefined) continue;
    const rest = word.slice(0, -length);
    return measure(rest) > 0 ? rest + ending : word;
  }
  return word;
}

/** Step 5: `probate` → `probat`, `controll` → `control`. */
function withoutFinalE(word: string): string {
  const rest = word.endsWith('e') ? word.slice(0, -1) : word;
  const syllables = measure(rest);
  const kept = syllables > 1 || (syllables === 1 && !endsShort(rest)) ? rest : word;
  return kept.endsWith('ll') && measure(kept) > 1 ? kept.slice(0, -1) : kept;
}

/** The word's letters as `c` and `v`: a `y` is a vowel after a consonant. */
function shapeOf(word: string): string {
  let shape = '';
  for (const letter of word) {
    shape += 'aeiou'.includes(letter) || (letter === 'y' && shape.endsWith('c')) ? 'v' : 'c';
  }
  return shape;
}

/** Porter's m: how often vowels are followed by consonants. */
function measure(word: string): number {
  return shapeOf(word).split('vc').length - 1;
}

function hasVowel(word: string): boolean {
  return shapeOf(word).includes('v');
}

/** Porter's *o: consonant, vowel, consonant, the last no w, x or y (`hop`, but not `snow`). */
function endsShort(word: string): boolean {
  return shapeOf(word).endsWith('cvc') && !/[wxy]$/.test(word);
}
