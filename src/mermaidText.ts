/** A label shows this many characters of a name; the rest is cut. */
const maxLength = 60;

/**
 * A name as a label of a mermaid picture: in it nothing is markup, a link, a directive or a keyword, whatever the name.
 * Letters, digits and single spaces stay as they are, as do `-` and `_` between them, and all else is written by its
 * number. What cannot be seen, such as a line break or a mark that turns the direction of writing, becomes a space.
 */
export function mermaidText(name: string): string {
  // By this ligature mermaid marks what is written by its number, and would take one in a name for such a mark.
  const legible = name.slice(0, 4 * maxLength).replaceAll('ﬂ', 'fl');
  const characters = [...legible.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()];
  const shown = characters.length > maxLength ? [...characters.slice(0, maxLength - 1), '…'] : characters;
  return shown.join('').replace(/[^\p{L}\p{M}\p{N} ]/gu, (character, at: number, text: string) => {
    const isInside = /[-_]/.test(character) && isWord(text[at - 1]) && isWord(text[at + 1]);
    return isInside ? character : `#${String(character.codePointAt(0))};`;
  });
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9]/.test(character);
}
