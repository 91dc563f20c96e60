import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import * as t from 'io-ts';
import { type AnyTool, defineTool } from 'toolstream';

const compress = promisify(gzip);

/** What is not a project's own. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', '.build', 'dist', 'coverage']);

const InFile = t.type({ file: t.string });
const Imports = t.type({ file: t.string, imported: t.readonlyArray(t.string) });
const Size = t.type({ file: t.string, bytes: t.number });
const Words = t.type({ lines: t.number, words: t.number });
const Line = t.type({ file: t.string, line: t.number, characters: t.number });

/** The tools, each of which reads no more files than the limit says: the disk may be somebody else's as well. */
export function createTools(rateLimit?: { readonly limit: number; readonly perMs: number }) {
  const limited = rateLimit ? { rateLimit } : {};
  /** A tool that makes something of the content of a file. */
  const reading = <const Name extends string, Result>(
    name: Name,
    description: string,
    read: (content: Buffer, file: string) => Result | Promise<Result>,
  ) =>
    defineTool({
      ...limited,
      name,
      description,
      input: t.type({ root: t.string, file: t.string }),
      run: async ({ root, file }, { signal }) => read(await readFile(join(root, file), { signal }), file),
    });

  return {
    listFiles,
    measureSize: defineTool({
      ...limited,
      name: 'measureSize',
      description: 'Measure a file.',
      input: t.type({ root: t.string, file: t.string }),
      run: async ({ root, file }): Promise<t.TypeOf<typeof Size>> => ({
        file,
        bytes: (await stat(join(root, file))).size,
      }),
    }),
    countWords: reading('countWords', 'Count the lines and words of a file.', (content) => {
      const text = content.toString();
      return { lines: text.split('\n').length - 1, words: text.match(/\w+/g)?.length ?? 0 };
    }),
    findLongestLine: reading('findLongestLine', 'Find the longest line of a file.', (content, file) => {
      const lengths = content
        .toString()
        .split('\n')
        .map(({ length }) => length);
      const characters = lengths.reduce((most, length) => Math.max(most, length), 0);
      return { file, line: lengths.indexOf(characters) + 1, characters };
    }),
    digest: reading('digest', 'Take a digest of a file.', (content, file) => ({
      file,
      digest: createHash('sha256').update(content).digest('hex'),
    })),
    measureCompressed: reading('measureCompressed', 'Compress a file, and measure that.', async (content) => {
      const compressed = await compress(content, { level: 9 });
      return compressed.length;
    }),
    countNotes: reading('countNotes', 'Count the notes of what is to do.', (content) => {
      const notes = content.toString().match(/\b(?:TODO|FIXME)\b/g);
      return notes?.length ?? 0;
    }),
    readImports: reading('readImports', 'Read which files a file imports.', (content, file) => {
      const paths = [...content.toString().matchAll(/\bfrom '(\.[^']+)'/g)].map(([, path = '']) => path);
      return { file, imported: paths.map((path) => join(dirname(file), path.replace(/\.js$/, '.ts'))) };
    }),
    findDuplicates,
    findMostImported,
    writeReport,
  } satisfies Readonly<Record<string, AnyTool>>;
}

const listFiles = defineTool({
  name: 'listFiles',
  description: 'List the files below a folder, without dependencies and builds.',
  input: t.type({ root: t.string }),
  run: async ({ root }, { signal }): Promise<readonly string[]> => {
    const found: string[] = [];
    const folders = [root];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      signal.throwIfAborted();
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) folders.push(path);
        else if (entry.isFile()) found.push(relative(root, path));
      }
    }
    return found.sort();
  },
});

const findDuplicates = defineTool({
  name: 'findDuplicates',
  description: 'Find files with the same content, by their digests.',
  input: t.type({ digests: t.readonlyArray(t.intersection([InFile, t.type({ digest: t.string })])) }),
  run: ({ digests }) => {
    const byDigest = new Map<string, string[]>();
    for (const { file, digest } of digests) byDigest.set(digest, [...(byDigest.get(digest) ?? []), file]);
    return [[...byDigest.values()].filter(({ length }) => length > 1)];
  },
});

const findMostImported = defineTool({
  name: 'findMostImported',
  description: 'Find the file that most others import.',
  input: t.type({ imports: t.readonlyArray(Imports) }),
  run: ({ imports }) => {
    const counts = new Map<string, number>();
    for (const path of imports.flatMap(({ imported }) => imported)) counts.set(path, (counts.get(path) ?? 0) + 1);
    const [file = 'none', importers = 0] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    return [{ file, importers }];
  },
});

const writeReport = defineTool({
  name: 'writeReport',
  description: 'Put what was found into words.',
  input: t.type({
    sizes: t.readonlyArray(Size),
    compressed: t.readonlyArray(t.number),
    words: t.readonlyArray(Words),
    lines: t.readonlyArray(Line),
    duplicates: t.readonlyArray(t.readonlyArray(t.string)),
    notes: t.readonlyArray(t.number),
    imported: t.type({ file: t.string, importers: t.number }),
  }),
  run: ({ sizes, compressed, words, lines, duplicates, notes, imported }) => {
    const largest = [...sizes].sort((a, b) => b.bytes - a.bytes)[0] ?? { file: 'none', bytes: 0 };
    const longest = [...lines].sort((a, b) => b.characters - a.characters)[0] ?? {
      file: 'none',
      line: 0,
      characters: 0,
    };
    return [
      [
        `${count(sizes.length, 'file')}, ${kilobytes(sum(sizes.map(({ bytes }) => bytes)))}, compressed ${kilobytes(sum(compressed))}`,
        `${count(sum(words.map((each) => each.lines)), 'line')}, ${count(sum(words.map((each) => each.words)), 'word')}`,
        `the largest file: ${largest.file}, ${kilobytes(largest.bytes)}`,
        `the longest line: ${longest.file}:${longest.line}, ${count(longest.characters, 'character')}`,
        `imported most: ${imported.file}, ${count(imported.importers, 'time')}`,
        `${count(duplicates.length, 'content')} in several files, ${count(sum(notes), 'note')} of what is to do`,
      ].join('\n'),
    ];
  },
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
