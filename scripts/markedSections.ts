import { CheckFailed } from './CheckFailed.js';

/**
 * Puts text between the markers of a Markdown page, `<!-- name -->` and `<!-- /name -->`, in place of what is there.
 *
 * @param page - For the message, where a marker is missing.
 */
export function withSections(page: string, text: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((whole, [name, content]) => {
    const begin = `<!-- ${name} -->`;
    const end = `<!-- /${name} -->`;
    const from = whole.indexOf(begin);
    const to = whole.indexOf(end, from);
    if (from < 0 || to < 0) throw new CheckFailed(`${page}: expected ${begin} and, after it, ${end}`);
    return `${whole.slice(0, from + begin.length)}\n\n${content}\n\n${whole.slice(to)}`;
  }, text);
}

/** A Markdown table. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
