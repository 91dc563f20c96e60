/** Of the monospaced fonts that the pictures name, in parts of the font size. */
const characterWidth = 0.61;

/** Text as XML has it: what XML cannot say at all is replaced. */
export function escapeXml(text: string): string {
  return text.replace(unspeakable, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** How wide a text is at most, in px. */
export function widthOf(text: string, fontSize: number): number {
  let characters = 0;
  for (const character of text) characters += (character.codePointAt(0) ?? 0) > 0x10ff ? 2 : 1;
  return characters * fontSize * characterWidth;
}

/** As much of a text as fits into a width. */
export function fitted(text: string, width: number, fontSize: number): string {
  const line = text.replace(/\s+/g, ' ');
  if (widthOf(line, fontSize) <= width) return line;
  let kept = '';
  for (const character of line) {
    if (widthOf(`${kept}${character}…`, fontSize) > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** In px, as short as can be. */
export function px(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** Control characters, what is no character, and half characters. */
const unspeakable =
  /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
