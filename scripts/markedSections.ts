import { CheckFailed } from './CheckFailed.js';

/**
 * Puts text between the markers of a Markdown page, `<!-- name -->` and `<!-- /name -->`, in place of what is there.
 *
 * @param page - For the message, where a marker is missing.
 */
export function withSections(page: string, text: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((whole, [name, content]) => {
    const { from, to } = placeOf(page, whole, name);
    return `${whole.slice(0, from)}\n\n${content}\n\n${whole.slice(to)}`;
  }, text);
}

/** What is between the markers now. */
export function sectionOf(page: string, text: string, name: string): string {
  const { from, to } = placeOf(page, text, name);
  return text.slice(from, to).trim();
}

function placeOf(page: string, text: string, name: string): { readonly from: number; readonly to: number } {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new CheckFailed(`${page}: expected ${begin} and, after it, ${end}`);
  return { from: from + begin.length, to };
}

/** A Markdown table. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
