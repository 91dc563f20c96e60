import type { Errors, ValidationError } from 'io-ts';
import * as t from 'io-ts';
import { snapshot } from './json.js';

/** One thing that is wrong with a value. */
export const Fault = t.type({
  /** Where, from the top: `items[0].id`; `''` for the value itself. */
  path: t.string,
  /** The name of the codec that was to read it. */
  expected: t.string,
  /** What came, shortened. */
  received: t.string,
});
/** One thing that is wrong with a value. */
export type Fault = t.TypeOf<typeof Fault>;

/** More than these are not listed: a wrong array of a thousand rows has a thousand faults of one kind. */
const maxFaults = 20;

/**
 * What an io-ts validation found, one fault for each place. Where no branch of a union fits, the branch that came
 * furthest speaks for it, or the union as a whole where none came further than the others.
 */
export function faultsOf(errors: Errors): readonly Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of withoutLostBranches(errors)) {
    if (faults.size === maxFaults) break;
    const fault = faultOf(error);
    if (!faults.has(fault.path)) faults.set(fault.path, fault);
  }
  return [...faults.values()];
}

/** The faults in words, one line. */
export function describeFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ path, expected, received }) => `${path === '' ? '' : `${path}: `}expected ${expected}, got ${received}`)
    .join('; ');
}

/** A value as messages show it: its JSON, at most 60 characters of it. */
export function shorten(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(snapshot(value, { maxLength: 200, maxDepth: 4 }));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function faultOf({ context, message }: ValidationError): Fault {
  const last = context[context.length - 1];
  return {
    path: pathOf(context),
    expected: message ?? last?.type.name ?? 'another value',
    received: shorten(last?.actual),
  };
}

/** The path of keys, without the steps that io-ts takes inside unions and intersections. */
function pathOf(context: t.Context): string {
  let path = '';
  for (let index = 1; index < context.length; index++) {
    const { key } = context[index] as t.ContextEntry;
    const above = kindOf((context[index - 1] as t.ContextEntry).type);
    if (above === 'UnionType' || above === 'IntersectionType') continue;
    if (/^\d+$/.test(key)) path += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(key)) path += path === '' ? key : `.${key}`;
    else path += `[${JSON.stringify(key)}]`;
  }
  return path;
}

/** Drops, for each union, the errors of the branches that failed earlier than the one that came furthest. */
function withoutLostBranches(errors: Errors): Errors {
  const unions = new Map<string, { depth: number; branches: Set<string> }>();
  for (const { context } of errors) {
    eachUnion(context, (union, branch) => {
      const known = unions.get(union);
      if (!known || context.length > known.depth)
        unions.set(union, { depth: context.length, branches: new Set([branch]) });
      else if (context.length === known.depth) known.branches.add(branch);
    });
  }
  return errors.flatMap((error) => {
    let kept: ValidationError | undefined = error;
    eachUnion(error.context, (union, branch, at) => {
      const best = unions.get(union);
      if (!best || !kept) return;
      if (!best.branches.has(branch)) kept = undefined;
      else if (best.branches.size > 1 && kept === error) {
        kept = { value: error.value, context: error.context.slice(0, at + 1) };
      }
    });
    return kept ? [kept] : [];
  });
}

function eachUnion(context: t.Context, visit: (union: string, branch: string, at: number) => void): void {
  for (let index = 0; index + 1 < context.length; index++) {
    if (kindOf((context[index] as t.ContextEntry).type) !== 'UnionType') continue;
    const union = context
      .slice(0, index + 1)
      .map(({ key }) => key)
      .join('\u0000');
    visit(union, (context[index + 1] as t.ContextEntry).key, index);
  }
}

/** Codecs around another one, which hand it the value without a step of their own in the context. */
const wrappers: ReadonlySet<string | undefined> = new Set([
  'ExactType',
  'ReadonlyType',
  'RefinementType',
  'RecursiveType',
]);

/** What kind of codec it is, or is inside its wrappers. */
function kindOf(type: unknown): string | undefined {
  let codec = type as { readonly _tag?: string; readonly type?: unknown };
  // A recursion may be defined by itself.
  for (let depth = 0; depth < 100 && wrappers.has(codec._tag); depth++) codec = codec.type as typeof codec;
  return codec._tag;
}
