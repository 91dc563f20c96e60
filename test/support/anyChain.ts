import fc from 'fast-check';
import { chain, type Flow } from '../../src/index.js';
import { anyKey, hostileText } from './flowArbitraries.js';
import { echo } from './flowTools.js';

/**
 * Arguments, said in a way that has nothing to do with how the library writes them: `path` is a reference, `texts` is
 * put together from texts and the texts of what references lead to.
 */
export type Argument =
  | { readonly literal: unknown }
  | { readonly path: readonly (string | number)[] }
  | { readonly texts: readonly (string | { readonly path: readonly (string | number)[] })[] }
  | { readonly list: readonly Argument[] }
  | { readonly fields: readonly (readonly [string, Argument])[] };

/** A chain of echoes to be: each step gives back its arguments. */
export interface Recipe {
  readonly input: Readonly<Record<string, unknown>>;
  readonly steps: readonly (readonly [key: string, args: Argument])[];
}

/** Chains of up to eight steps, with references of any kind to the input and to earlier steps. Every path exists. */
export const anyChain: fc.Arbitrary<Recipe> = fc
  .record({
    input: fc.dictionary(keyOfContext(), fc.oneof(hostileText, fc.integer()), { minKeys: 1, maxKeys: 3 }),
    keys: fc.uniqueArray(keyOfContext(), { minLength: 1, maxLength: 8 }),
    choices: fc.array(fc.nat({ max: 1_000_000 }), { minLength: 40, maxLength: 80 }),
    texts: fc.array(hostileText, { minLength: 4, maxLength: 4 }),
  })
  .map(({ input, keys, choices, texts }) => {
    let at = 0;
    const next = (): number => choices[at++ % choices.length] as number;
    const context: Record<string, unknown> = { ...input };
    const steps: (readonly [string, Argument])[] = [];
    keys
      .filter((key) => !Object.hasOwn(input, key))
      .forEach((key) => {
        const args = argument(context, texts, next, 3);
        steps.push([key, args]);
        context[key] = naively(args, context);
      });
    return { input, steps };
  });

/** What the arguments are, worked out the plain way. */
export function naively(args: Argument, context: Readonly<Record<string, unknown>>): unknown {
  if ('literal' in args) return args.literal;
  if ('path' in args) return at(args.path, context);
  if ('list' in args) return args.list.map((item) => naively(item, context));
  if ('fields' in args) return Object.fromEntries(args.fields.map(([key, field]) => [key, naively(field, context)]));
  return args.texts.map((part) => (typeof part === 'string' ? part : textOf(at(part.path, context)))).join('');
}

/** The chain, with each step written as a user writes it. */
export function builtFrom({ steps }: Recipe): Flow<Readonly<Record<string, unknown>>, Record<string, unknown>, 'echo'> {
  let built = chain('recipe') as unknown as {
    step(key: string, tool: typeof echo, args: ($: unknown) => unknown): typeof built;
  };
  for (const [key, args] of steps) built = built.step(key, echo, ($) => written(args, $));
  return built as never;
}

function written(args: Argument, $: unknown): unknown {
  if ('literal' in args) return args.literal;
  if ('path' in args) return at(args.path, $);
  if ('list' in args) return args.list.map((item) => written(item, $));
  if ('fields' in args) return Object.fromEntries(args.fields.map(([key, field]) => [key, written(field, $)]));
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- a reference in a template string
  return args.texts.map((part) => (typeof part === 'string' ? part : `${at(part.path, $)}`)).join('');
}

function keyOfContext(): fc.Arbitrary<string> {
  const forbidden = ['', '__proto__', 'constructor', 'prototype'];
  return fc.oneof(fc.constantFrom('a', 'b', 'topic', 'hits', 'page'), anyKey).filter((key) => !forbidden.includes(key));
}

function argument(
  context: Readonly<Record<string, unknown>>,
  texts: readonly string[],
  next: () => number,
  depth: number,
): Argument {
  const text = (): string => texts[next() % texts.length] as string;
  const path = () => ({ path: pathIn(context, next) });
  switch (next() % (depth === 0 ? 4 : 6)) {
    case 0:
      return { literal: text() };
    case 1:
      return { literal: [next(), null, true][next() % 3] };
    case 2:
      return path();
    case 3:
      return { texts: [text(), path(), text(), path()] };
    case 4:
      return { list: Array.from({ length: next() % 4 }, () => argument(context, texts, next, depth - 1)) };
    default:
      return {
        fields: [...new Set(Array.from({ length: next() % 4 }, () => `${text()}x`))].map((key) => [
          key,
          argument(context, texts, next, depth - 1),
        ]),
      };
  }
}

/** A path to something that is there. */
function pathIn(context: Readonly<Record<string, unknown>>, next: () => number): readonly (string | number)[] {
  const path: (string | number)[] = [];
  let value: unknown = context;
  do {
    const keys: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value as object);
    const key = keys[next() % keys.length] as string | number;
    path.push(key);
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  } while (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && next() % 3 > 0);
  return path;
}

function at(path: readonly (string | number)[], root: unknown): unknown {
  return path.reduce<unknown>((value, key) => (value as Readonly<Record<string | number, unknown>>)[key], root);
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;
}
