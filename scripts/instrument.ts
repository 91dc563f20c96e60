import ts from 'typescript';

/** What the page says that a line prints. */
export interface Expectation {
  /** The line, from 1, on which the call of `console.log` ends. */
  readonly line: number;
  readonly printed: string;
}

export interface Instrumented {
  /** The source with every annotated `console.log` turned into `__printed(line)`, which tells the lines apart. */
  readonly source: string;
  readonly expectations: readonly Expectation[];
  /** Lines whose `// =>` belongs to no call, or to several. */
  readonly misplaced: readonly number[];
}

const ANNOTATION = /(?:^|\s)\/\/ => ?(?<printed>.*)$/;
const ANNOTATION_ALONE = /^\s*\/\/ =>/;

/** Finds the `// => value` comments of a sample and the calls that they speak of. */
export function instrument(source: string): Instrumented {
  const printedBy = annotationsOf(source.split('\n'));
  const logs = logsOf(source);
  const annotated = [...printedBy.keys()].map((line) => ({ line, calls: logs.filter((log) => log.endLine === line) }));
  return {
    source: withMarks(
      source,
      annotated.flatMap(({ calls }) => calls),
    ),
    expectations: [...printedBy].map(([line, texts]) => ({ line, printed: texts.join('\n') })),
    misplaced: annotated.filter(({ calls }) => calls.length !== 1).map(({ line }) => line),
  };
}

/** The annotations by the line of code they belong to: the one they end, or else the nearest above. */
function annotationsOf(lines: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const annotations = new Map<number, string[]>();
  let codeLine = 0;
  lines.forEach((text, index) => {
    if (!ANNOTATION_ALONE.test(text)) codeLine = index + 1;
    const printed = ANNOTATION.exec(text)?.groups?.['printed'];
    if (printed !== undefined) annotations.set(codeLine, [...(annotations.get(codeLine) ?? []), printed]);
  });
  return annotations;
}

interface Log {
  readonly start: number;
  readonly end: number;
  readonly endLine: number;
}

/** Every `console.log` of the source, called or handed on as a function. */
function logsOf(source: string): readonly Log[] {
  const file = ts.createSourceFile('sample.mts', source, ts.ScriptTarget.Latest, true);
  const logs: Log[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.getText(file) === 'console.log') {
      const whole = ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : node;
      const endLine = file.getLineAndCharacterOfPosition(whole.getEnd()).line + 1;
      logs.push({ start: node.getStart(file), end: node.getEnd(), endLine });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return logs;
}

function withMarks(source: string, logs: readonly Log[]): string {
  return [...logs]
    .sort((a, b) => b.start - a.start)
    .reduce(
      (text, { start, end, endLine }) => `${text.slice(0, start)}__printed(${endLine})${text.slice(end)}`,
      source,
    );
}
