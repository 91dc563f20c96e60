import type { Doing, Incident, ToolScript } from './incident.js';
import type { InferredSettings } from './inferredSettings.js';
import { errorLiteral, literal, quoted } from './literal.js';
import type { Turns } from './rehearse.js';

/** What a test is printed from. */
export interface PrintedTest {
  readonly title: string;
  readonly incident: Incident;
  readonly settings: Readonly<Record<string, InferredSettings>>;
  readonly toolsFrom: string | undefined;
  readonly turns: Turns;
  /** What has to come of it. */
  readonly picture: string;
}

/** A test file for mocha. */
export function printTest({ title, incident, settings, toolsFrom, turns, picture }: PrintedTest): string {
  const { doings, endsAt, leftOut, scripts } = incident;
  const names = new Map(scripts.map(({ tool }, index) => [tool, nameOf(tool, index, scripts)]));
  const ids = doings.flatMap(({ what }) => (what.kind === 'call' ? [] : [what.id]));
  const grouped = doings.some(({ what }) => what.kind === 'group');
  const isPutOff = [...turns.values()].some((turn) => turn > 0);
  const imported = scripts.map(({ tool }) => `${camelCase(tool)} as real${capital(names.get(tool) ?? '')}`);
  const body = [
    ...scripts.flatMap((script) =>
      toolLines(script, names.get(script.tool) ?? '', settings[script.tool] ?? {}, toolsFrom),
    ),
    ...(ids.length > 0 ? [`const ids = ${literal(ids)};`] : []),
    'const orchestrator = createOrchestrator({',
    `  tools: [${[...names.values()].join(', ')}],`,
    ...(ids.length > 0 ? ["  createId: () => ids.shift() ?? 'unexpected',"] : []),
    '});',
    'const events: ToolEvent[] = [];',
    'subscribe(orchestrator.history$.pipe(tap((event) => events.push(event))));',
    'const calls = new Subscription();',
    ...(isPutOff
      ? [
          '/** Does something at a time, after so many turns of what is due then. */',
          'const later = (ms: number, turns: number, action: () => void): void => {',
          '  at(ms, () => {',
          '    if (turns === 0) action();',
          '    else later(0, turns - 1, action);',
          '  });',
          '};',
        ]
      : []),
    ...doings.flatMap((doing, index) => doingLines(doing, index, turns)),
    'flush();',
    `const recorded = events.filter((event) => event.at <= ${endsAt} && !event.type.startsWith('tool.'));`,
    'calls.unsubscribe();',
    '',
    'expect(toMarbles(recorded).picture()).to.equal(',
    '  [',
    ...picture.split('\n').map((line) => `    ${quoted(line)},`),
    "  ].join('\\n'),",
    ');',
  ];
  return [
    `// Made from a recording by toTest of toolstream/testing.`,
    ...leftOut.map((what) => `// Left out: ${oneLine(what)}.`),
    "import { expect } from 'chai';",
    "import { Subscription, tap } from 'rxjs';",
    `import type { ${grouped ? 'Call, ' : ''}ToolEvent } from 'toolstream';`,
    "import { marbles, toMarbles } from 'toolstream/testing';",
    ...(toolsFrom === undefined ? [] : [`import { ${imported.join(', ')} } from ${quoted(toolsFrom)};`]),
    '',
    `describe(${quoted(title)}, () => {`,
    "  it('goes as it was recorded', () => {",
    '    marbles(({ at, createOrchestrator, ' + (scripts.length > 0 ? 'fakeTool, ' : '') + 'flush, subscribe }) => {',
    ...body.map((line) => (line === '' ? '' : `      ${line}`)),
    isLong(incident) ? '    }, { maxMs: Infinity, maxTasks: Infinity });' : '    });',
    '  });',
    '});',
    '',
  ].join('\n');
}

/** True for more than `marbles` lets pass unless it is told to. */
function isLong({ endsAt, events }: Incident): boolean {
  return endsAt > 43_200_000 || events.length > 10_000;
}

/** A tool that does what it did then. */
function toolLines(
  script: ToolScript,
  name: string,
  settings: InferredSettings,
  toolsFrom?: string,
): readonly string[] {
  const { tool, attempts, values, error } = script;
  const { retry, ...limits } = settings;
  const delays = retry && 'delaysMs' in retry ? `${name}Delays` : '';
  const like =
    toolsFrom === undefined
      ? `{ ${[`name: ${quoted(tool)}`, ...fieldsOf(limits), ...retryFields(retry, delays)].join(', ')} }`
      : `real${capital(name)}`;
  const texts = new Set(attempts.map(({ marbles }) => marbles));
  const [only = '-'] = texts;
  const lines: string[] = [];
  if (delays !== '' && toolsFrom === undefined && retry && 'delaysMs' in retry) {
    lines.push(
      '/** How long was waited after each failure. */',
      `const ${delays} = ${literal(retry.delaysMs).replaceAll('-1', 'Infinity')};`,
    );
  }
  const what =
    texts.size <= 1
      ? quoted(only || '-')
      : `(_args, call) => ${name}Did[\`\${call.callId} \${String(call.attempt)}\`] ?? '-'`;
  if (texts.size > 1) {
    lines.push(
      '/** What it gave in each attempt of each call. */',
      `const ${name}Did: Readonly<Record<string, string>> = {`,
    );
    for (const { callId, attempt, marbles } of attempts)
      lines.push(`  ${quoted(`${callId} ${attempt}`)}: ${quoted(marbles || '-')},`);
    lines.push('};');
  }
  const given = [
    like,
    what,
    ...(Object.keys(values).length > 0 || error !== undefined ? [literal(values)] : []),
    ...(error === undefined ? [] : [errorLiteral(error)]),
  ];
  lines.push(`const ${name} = fakeTool(`, ...given.map((argument) => `  ${argument},`), ');');
  return lines;
}

function fieldsOf(limits: object): readonly string[] {
  return Object.entries(limits).map(([key, value]) => `${key}: ${literal(value)}`);
}

function retryFields(retry: InferredSettings['retry'], delays: string): readonly string[] {
  if (!retry) return [];
  const backoff = 'delayMs' in retry ? `() => ${retry.delayMs}` : `() => ${delays}.shift() ?? Infinity`;
  return [`retry: { maxAttempts: ${retry.maxAttempts}, backoff: ${backoff} }`];
}

function doingLines({ at, leftAt, what }: Doing, index: number, turns: Turns): readonly string[] {
  const call = leftAt === undefined ? 'calls' : `call${index + 1}`;
  const action = `${call}.add(${begun(what, index)}.subscribe({ error: () => undefined }));`;
  return [
    ...(what.kind === 'group'
      ? [`const group${index + 1}: Readonly<Record<string, Call>> = ${literal(what.members)};`]
      : []),
    ...(leftAt === undefined ? [] : [`const ${call} = new Subscription();`, `calls.add(${call});`]),
    ...atLines(at, turns, action),
    ...(leftAt === undefined ? [] : atLines(leftAt, turns, `${call}.unsubscribe();`)),
  ];
}

function atLines(ms: number, turns: Turns, action: string): readonly string[] {
  const turn = turns.get(ms) ?? 0;
  return [turn === 0 ? `at(${ms}, () => {` : `later(${ms}, ${turn}, () => {`, `  ${action}`, '});'];
}

function begun(what: Doing['what'], index: number): string {
  switch (what.kind) {
    case 'call': {
      const { tool, args, callId, parentId } = what;
      const options = { callId, ...(parentId === undefined ? {} : { parentId }) };
      return `orchestrator.execute(${literal({ tool, arguments: args })}, ${literal(options)})`;
    }
    case 'flow':
      return `orchestrator.run(${literal(what.flow)}, {})`;
    case 'group':
      return `orchestrator.parallel(group${index + 1}, ${literal({ failFast: what.failFast })})`;
  }
}

/** A name for a variable: the tool's own, where nobody else has it. */
function nameOf(tool: string, index: number, scripts: readonly ToolScript[]): string {
  const name = camelCase(tool);
  const isTaken = scripts.some((other, at) => at < index && camelCase(other.tool) === name);
  return /^[a-z]/.test(name) && !isTaken ? `${name}Tool` : `tool${index + 1}`;
}

function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words.map((word, at) => (at === 0 ? word.charAt(0).toLowerCase() + word.slice(1) : capital(word))).join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
