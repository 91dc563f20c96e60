import * as ts from 'typescript';

/** A docstring, in its parts. */
export interface Docstring {
  /** The text before the first tag: prose and blocks, as written, without the margin. */
  readonly text: string;
  /** The text of each tag, in order. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

/** What is declared at the top level of a source file, under its name. */
export interface Declared {
  readonly file: string;
  readonly node: Declaration;
  readonly doc: Docstring;
}

export type Declaration =
  | ts.FunctionDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.ClassDeclaration;

/** The documented declarations of source files, by name; of a function with several signatures the first. */
export function declarationsOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const [file, text] of Object.entries(files)) {
    for (const node of ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements) {
      if (isDeclaration(node) && node.name && !found.has(node.name.text)) {
        found.set(node.name.text, { file, node, doc: docOf(node) });
      }
    }
  }
  return found;
}

function isDeclaration(node: ts.Node): node is Declaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node)
  );
}

/** The docstring right before a node; empty where there is none. */
export function docOf(node: ts.Node): Docstring {
  const source = node.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(source, node.getFullStart()) ?? [];
  const last = comments
    .map(({ pos, end }) => source.slice(pos, end))
    .filter((text) => text.startsWith('/**'))
    .at(-1);
  return parse(last ?? '/** */');
}

/** Read by hand: the compiler's own reading of a docstring loses the columns of diagrams. */
function parse(comment: string): Docstring {
  const lines = comment
    .slice(3, -2)
    .split('\n')
    .map((line, index) => (index === 0 ? line.trim() : line.replace(/^\s*\* ?/, '').trimEnd()));
  const tags: { name: string; lines: string[] }[] = [{ name: '', lines: [] }];
  let fenced = false;
  for (const line of lines) {
    if (line.startsWith('```')) fenced = !fenced;
    const [, name, rest = ''] = (!fenced && /^@(\w+)\s*(.*)$/.exec(line)) || [];
    if (name === undefined) tags.at(-1)?.lines.push(line);
    else tags.push({ name, lines: [rest] });
  }
  const [text, ...rest] = tags.map((tag) => ({ name: tag.name, text: tag.lines.join('\n').trim() }));
  return { text: text?.text ?? '', tags: rest };
}
