import type * as t from 'io-ts';
import { wholeNumber } from '../operators/gates/argument.js';
import { fieldsOf } from './schema.js';
import { type Term, termsOf } from './words.js';

/** A tool that fits a task. */
export interface Recommendation {
  /** The tool's name. */
  readonly tool: string;
  /** Above 0, higher is better; comparable within one list only. */
  readonly score: number;
  /** The words of the task that counted for the tool, as the user wrote them, in lower case. */
  readonly matched: readonly string[];
}

/** What of a tool is searched. */
export interface Recommendable {
  readonly name: string;
  readonly description: string;
  readonly input: t.Any;
}

/** How many recommendations a search gives. */
export interface SearchOptions {
  /** A whole number of at least 1, or `Infinity` for all that match. Default 5. */
  readonly limit?: number;
}

/** An inverted index of tools, kept up to date tool by tool. */
export interface ToolIndex {
  /** Adds a tool; one of the same name is replaced. */
  add(tool: Recommendable): void;
  /** Takes a tool out; an unknown name changes nothing. */
  remove(name: string): void;
  /**
   * The tools that fit `task`, the best first, equal ones by name; empty when no word of the task is known.
   * Throws a `RangeError` for a `limit` that is no whole number of at least 1 or `Infinity`.
   */
  search(task: string, options?: SearchOptions): readonly Recommendation[];
}

// Halves and whole numbers have exact sums, so the total stays the same whatever the order of adding and removing.
const NAME_WEIGHT = 3;
const DESCRIPTION_WEIGHT = 1;
const FIELD_WEIGHT = 0.5;

/** How soon a repeated word stops to add. */
const K1 = 1.2;
/** How much a long description is marked down. */
const B = 0.75;

interface Entry {
  readonly name: string;
  readonly terms: readonly string[];
  /** The sum of the weighted counts of its terms. */
  readonly length: number;
  /** The score in the search that is going on; 0 between searches. */
  score: number;
}

/**
 * Ranks tools for a sentence, by words: those of the tool's name (weight 3), its description (1), and the names and
 * descriptions of its input's fields (0.5). Case, accents, English endings and stop words make no difference; synonyms
 * do, so for tasks in quite other words than the tools' descriptions, rank by embeddings instead.
 *
 * The score is Okapi BM25 with k1 = 1.2 and b = 0.75, all fields being one text with weighted counts: S. Robertson,
 * H. Zaragoza and M. Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004, pp. 42–49. The rarity of
 * a word is ln(1 + (N − n + ½) / (n + ½)), as in Lucene, so that it is above 0 even for a word that every tool has.
 *
 * Adding and removing touch the tool's own words only, and a search those of the task. The result depends on the tools
 * that are in the index, not on the order in which they came.
 *
 * @example
 * const index = createToolIndex();
 * index.add({ name: 'fetchPage', description: 'Downloads a web page.', input: t.type({ url: t.string }) });
 * index.search('download the pages of a site'); // [{ tool: 'fetchPage', score: …, matched: ['download', 'pages'] }]
 */
export function createToolIndex(): ToolIndex {
  const entries = new Map<string, Entry>();
  /** For each term how often which tools have it, weighted by where. A term that no tool has any more is deleted. */
  const postings = new Map<string, Map<Entry, number>>();
  /** The lengths of all entries together. */
  let totalLength = 0;

  function add(tool: Recommendable): void {
    remove(tool.name);
    const counts = countsOf(tool);
    const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const entry: Entry = { name: tool.name, terms: [...counts.keys()], length, score: 0 };
    entries.set(tool.name, entry);
    totalLength += length;
    for (const [term, count] of counts) {
      const posting = postings.get(term);
      if (posting === undefined) postings.set(term, new Map([[entry, count]]));
      else posting.set(entry, count);
    }
  }

  function remove(name: string): void {
    const entry = entries.get(name);
    if (entry === undefined) return;
    entries.delete(name);
    totalLength -= entry.length;
    for (const term of entry.terms) {
      const posting = postings.get(term);
      posting?.delete(entry);
      if (posting?.size === 0) postings.delete(term);
    }
  }

  function search(task: string, options: SearchOptions = {}): readonly Recommendation[] {
    const limit = wholeNumber('recommend limit', options.limit ?? 5, 1, true);
    const terms = termsOf(task);
    const found: Entry[] = [];
    for (const term of new Set(terms.map((each) => each.term))) addScores(term, found);
    const recommendations = best(found, limit).map((entry) => ({
      tool: entry.name,
      score: entry.score,
      matched: matchedBy(entry, terms),
    }));
    for (const entry of found) entry.score = 0;
    return recommendations;
  }

  function addScores(term: string, found: Entry[]): void {
    const posting = postings.get(term);
    if (posting === undefined) return;
    const rarity = Math.log(1 + (entries.size - posting.size + 0.5) / (posting.size + 0.5));
    const averageLength = totalLength / entries.size;
    posting.forEach((count, entry) => {
      if (entry.score === 0) found.push(entry);
      entry.score += (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * entry.length) / averageLength));
    });
  }

  function matchedBy(entry: Entry, terms: readonly Term[]): readonly string[] {
    return [...new Set(terms.filter(({ term }) => postings.get(term)?.has(entry)).map(({ word }) => word))];
  }

  return { add, remove, search };
}

/** How often a tool has each of its terms, weighted by where. */
function countsOf(tool: Recommendable): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (text: string, weight: number): void => {
    for (const { term } of termsOf(text)) counts.set(term, (counts.get(term) ?? 0) + weight);
  };
  count(tool.name, NAME_WEIGHT);
  count(tool.description, DESCRIPTION_WEIGHT);
  for (const { path, description } of fieldsOf(tool.input)) {
    count(path, FIELD_WEIGHT);
    if (description !== undefined) count(description, FIELD_WEIGHT);
  }
  return counts;
}

/** The `limit` best in order. A common word may be in most tools, so they are not all sorted. */
function best(found: readonly Entry[], limit: number): readonly Entry[] {
  const kept: Entry[] = [];
  let floor = 0;
  for (const entry of found) {
    if (entry.score < floor) continue;
    kept.push(entry);
    if (kept.length < 2 * limit + 100) continue;
    kept.sort(byRank);
    kept.length = limit;
    floor = kept.at(-1)?.score ?? 0;
  }
  return kept.sort(byRank).slice(0, limit);
}

function byRank(one: Entry, other: Entry): number {
  return other.score - one.score || (one.name < other.name ? -1 : 1);
}
