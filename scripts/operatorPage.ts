import * as ts from 'typescript';
import { CheckFailed } from './CheckFailed.js';
import { type Declared, docOf } from './docstrings.js';
import { picturePathOf } from './marbleBlocks.js';

/** What the pages are made from. */
export interface PageSources {
  readonly declared: ReadonlyMap<string, Declared>;
  /** The operators that have a page. */
  readonly operators: readonly string[];
  /** Whether code type-checks as it stands. */
  readonly typeChecks: (code: string) => boolean;
}

/** The page of an operator: what its docstring says, and those of its options, its errors and its state. */
export function operatorPageOf(name: string, sources: PageSources): string {
  const { file, node, doc } = find(name, sources);
  if (!ts.isFunctionDeclaration(node)) throw new CheckFailed(`${file}: expected ${name} to be a function`);
  const { prose, state } = apart(doc.text);
  const parameters = node.parameters.flatMap(({ type }) => (type ? namesIn(type) : []));
  const sections = [
    `# ${name}`,
    `*Generated from the docstrings of \`${file}\` by \`npm run docs:operators\`. Edit them, not this page.\n` +
      '[All operators](index.md).*',
    withPictures(name, textOf(prose)),
    legend(doc.text),
    ...headed(
      '## Example',
      doc.tags.filter((tag) => tag.name === 'example').map((tag) => exampleOf(tag.text, sources)),
    ),
    ...headed('## Options', optionsOf(name, parameters, doc, sources)),
    ...headed('## Errors', errorsOf(doc, sources)),
    ...headed('## State', [textOf(state), ...stateOf(`${doc.text}\n${parameters.join(' ')}`, parameters, sources)]),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function find(name: string, { declared }: PageSources): Declared {
  const found = declared.get(name);
  if (!found) throw new CheckFailed(`operators: ${name} is declared nowhere`);
  return found;
}

function headed(heading: string, parts: readonly string[]): readonly string[] {
  const filled = parts.filter((part) => part !== '');
  return filled.length === 0 ? [] : [heading, ...filled];
}

/** The state has a section of its own: from "State:" to the end of its paragraph. */
function apart(text: string): { prose: string; state: string } {
  const found = /(?:^|\s)State: ([\s\S]*?)(?=\n\n|$)/.exec(text);
  if (!found) return { prose: text, state: '' };
  const state = found[1] ?? '';
  return {
    prose: (text.slice(0, found.index) + text.slice(found.index + found[0].length)).trim(),
    state: state.charAt(0).toUpperCase() + state.slice(1),
  };
}

function textOf(doc: string): string {
  return plain(doc)
    .replaceAll(/^```marbles$/gm, '```text')
    .replaceAll(/^```\n```text$/gm, '```\n\n```text');
}

/** Each diagram once more, as a picture. */
function withPictures(name: string, text: string): string {
  let number = 0;
  return text.replaceAll(/^```text\n[\s\S]*?^```$/gm, (block) => {
    const options = /^\w+: .*$/m.exec(block)?.[0];
    return `${block}\n\n![${options ?? name}](${picturePathOf(name, ++number)})`;
  });
}

function plain(text: string): string {
  return text.replaceAll(/\{@link (\w+)\}/g, '`$1`');
}

function legend(doc: string): string {
  if (!doc.includes('```marbles')) return '';
  return 'In the diagrams one column is 1 ms; a row `subs` says when its source is subscribed to and left.';
}

function exampleOf(text: string, { typeChecks }: PageSources): string {
  return text.replaceAll(/^```ts\n([\s\S]*?)^```$/gm, (_block, code: string) =>
    typeChecks(code) ? `\`\`\`ts no-run\n${code}\`\`\`` : `\`\`\`\n${code}\`\`\``,
  );
}

/** The names of the types that a node refers to. */
function namesIn(node: ts.Node): readonly string[] {
  const names: string[] = [];
  const visit = (inner: ts.Node): void => {
    if (ts.isTypeReferenceNode(inner) && ts.isIdentifier(inner.typeName)) names.push(inner.typeName.text);
    if (ts.isIndexedAccessTypeNode(inner)) return;
    ts.forEachChild(inner, visit);
  };
  visit(node);
  return [...new Set(names)];
}

/** The types of the parameters, and those that they refer to; not those that another operator's page describes. */
function optionsOf(name: string, parameters: readonly string[], doc: Declared['doc'], sources: PageSources): string[] {
  const described = new Set<string>();
  const elsewhere = new Map<string, string>();
  const parts: string[] = doc.tags.filter((tag) => tag.name === 'param').map(({ text }) => parameterOf(text));
  const visit = (type: string): void => {
    const found = sources.declared.get(type);
    if (!found || described.has(type) || ts.isClassDeclaration(found.node) || ts.isFunctionDeclaration(found.node)) {
      return;
    }
    const owner = parameters.includes(type) ? undefined : ownerOf(type, name, sources);
    if (owner !== undefined) {
      elsewhere.set(type, owner);
      return;
    }
    described.add(type);
    parts.push(...typeOf(type, found, sources));
    for (const inner of namesIn(found.node)) visit(inner);
  };
  parameters.forEach(visit);
  const links = [...elsewhere].map(([type, owner]) => `- \`${type}\`: see [${owner}](${owner}.md)`);
  return [...parts, links.join('\n')];
}

/** `limits - The limits.` */
function parameterOf(text: string): string {
  const [, name = '', meaning = ''] = /^(\w+) - ([\s\S]*)$/.exec(text) ?? [];
  return `\`${name}\`: ${plain(meaning)}`;
}

function ownerOf(type: string, but: string, sources: PageSources): string | undefined {
  return sources.operators.find((operator) => {
    const { node } = find(operator, sources);
    return (
      operator !== but &&
      ts.isFunctionDeclaration(node) &&
      node.parameters.some((parameter) => parameter.type && namesIn(parameter.type).includes(type))
    );
  });
}

function typeOf(name: string, { node, doc }: Declared, sources: PageSources): readonly string[] {
  const about = [`### ${name}`, plain(doc.text)];
  if (ts.isInterfaceDeclaration(node)) {
    const parents = (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()));
    return [
      ...about,
      parents.length > 0 ? `Beside those of \`${parents.join('`, `')}\`:` : '',
      table(
        ['field', 'type', 'meaning'],
        node.members.map((member) => fieldOf(member, sources)),
      ),
    ];
  }
  if (!ts.isTypeAliasDeclaration(node)) return about;
  return [...about, `\`\`\`text\n${dedent(node.type.getText())}\n\`\`\``, ...makersOf(name, sources)];
}

function fieldOf(member: ts.TypeElement, sources: PageSources): readonly string[] {
  const name = (member.name?.getText() ?? '') + (member.questionToken ? '?' : '');
  const type = ts.isPropertySignature(member) && member.type ? typeText(member.type, sources) : 'method';
  const meaning = plain(docOf(member).text);
  if (meaning === '') throw new CheckFailed(`operators: ${name}: ${type} has no docstring`);
  return [`\`${name}\``, `\`${type}\``, meaning];
}

/** Short unions of literals are written out. */
function typeText(type: ts.TypeNode, { declared }: PageSources): string {
  const alias = declared.get(type.getText())?.node;
  const isChoice =
    alias &&
    ts.isTypeAliasDeclaration(alias) &&
    ts.isUnionTypeNode(alias.type) &&
    alias.type.types.every(ts.isLiteralTypeNode);
  return (isChoice ? alias.type : type).getText().replaceAll(/\s+/g, ' ');
}

/** The functions that make a value of the type. */
function makersOf(name: string, { declared }: PageSources): readonly string[] {
  const rows = [...declared].flatMap(([maker, { node, doc }]) => {
    if (!ts.isFunctionDeclaration(node) || node.type?.getText() !== name || !isExported(node)) return [];
    const given = node.parameters.map(({ type }) => (type?.getText() ?? '').replaceAll(/\/\*\*.*?\*\/|\s+/gs, ' '));
    const options = doc.tags.filter((tag) => tag.name === 'param').map(({ text }) => text.replace(/^\w+ - /, ' '));
    return [[`\`${maker}\``, `\`${given.join(', ')}\``, plain(doc.text + options.join(''))]];
  });
  return rows.length === 0 ? [] : [`Made by:`, table(['function', 'takes', 'gives'], rows)];
}

function isExported(node: ts.FunctionDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function dedent(text: string): string {
  return text.replaceAll(/^ {2}/gm, '').trim();
}

/** The classes of errors that the docstring links to, and what is thrown at once. */
function errorsOf(doc: Declared['doc'], sources: PageSources): readonly string[] {
  const classes = linksIn(doc.text).flatMap((name) => {
    const found = sources.declared.get(name);
    return found && ts.isClassDeclaration(found.node) && isError(found.node)
      ? [[name, found.node, found.doc.text] as const]
      : [];
  });
  const rows = classes.map(([name, node, text]) => [`\`${name}\``, plain(text), fieldsOf(node, sources)]);
  const thrown = doc.tags.filter((tag) => tag.name === 'throws').map(({ text }) => `Throws ${plain(text)}`);
  return [rows.length > 0 ? table(['class', 'when', 'fields'], rows) : '', ...thrown];
}

function isError(node: ts.ClassDeclaration): boolean {
  return (node.heritageClauses ?? []).some(({ types }) => types.some((type) => type.getText() === 'Error'));
}

function fieldsOf(node: ts.ClassDeclaration, sources: PageSources): string {
  const constructor = node.members.find(ts.isConstructorDeclaration);
  return (constructor?.parameters ?? [])
    .map((field) => {
      const doc = plain(docOf(field).text).replace(/\.$/, '');
      const type = field.type ? typeText(field.type, sources) : '';
      return `\`${field.name.getText()}: ${type}\`${doc === '' ? '' : ` (${doc})`}`;
    })
    .join('; ');
}

/** The gates and other classes that hold the state: what they are, and what can be asked of them. */
function stateOf(text: string, parameters: readonly string[], { declared }: PageSources): readonly string[] {
  return [...new Set([...linksIn(text), ...parameters])].flatMap((name) => {
    const found = declared.get(name);
    if (!found || !ts.isClassDeclaration(found.node) || isError(found.node)) return [];
    const rows = found.node.members.flatMap((member) => {
      const doc = docOf(member);
      const isPublic = !ts.canHaveModifiers(member) || !ts.getModifiers(member)?.some(isHidden);
      if (!isPublic || ts.isConstructorDeclaration(member) || doc.text === '' || !member.name) return [];
      const call = ts.isMethodDeclaration(member) ? `(${member.parameters.map(nameOf).join(', ')})` : '';
      return [[`\`${member.name.getText()}${call}\``, plain(doc.text)]];
    });
    return [`### ${name}`, plain(found.doc.text), rows.length > 0 ? table(['member', 'meaning'], rows) : ''];
  });
}

/** One that is taken apart at once has no name of its own. */
function nameOf({ name }: ts.ParameterDeclaration): string {
  return ts.isIdentifier(name) ? name.text : 'options';
}

function isHidden({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword;
}

function linksIn(text: string): readonly string[] {
  return [...text.matchAll(/\{@link (\w+)\}/g)].map(([, name = '']) => name);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellOf).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function cellOf(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}
