/** An element of a document, with the text right inside it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/**
 * The elements of an XML document, in the order of their beginning. Strict: throws for what is not well-formed.
 */
export function elementsOf(xml: string): readonly Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  let at = 0;
  for (const match of xml.matchAll(/<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [tag, closing, name = '', attributes = '', empty] = match;
    addText(xml.slice(at, match.index), open.at(-1));
    at = match.index + tag.length;
    if (closing) {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`expected </${last?.name ?? 'nothing'}>, got ${tag}`);
      continue;
    }
    if (open.length === 0 && elements.length > 0) throw new Error(`expected one root, got a second: ${tag}`);
    const element = { name, attributes: attributesOf(attributes), text: '' };
    elements.push(element);
    if (!empty) open.push(element);
  }
  addText(xml.slice(at), open.at(-1));
  if (open.length > 0) throw new Error(`expected </${open.at(-1)?.name ?? ''}> at the end`);
  return elements;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`expected ${name} once`);
    attributes[name] = decoded(value);
  }
  return attributes;
}

function addText(raw: string, element: Element | undefined): void {
  const text = decoded(raw);
  if (element) element.text += text;
  else if (text.trim() !== '') throw new Error(`expected nothing outside the root, got ${JSON.stringify(text)}`);
}

function decoded(raw: string): string {
  const illegal =
    /[<>]|[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
  const found = illegal.exec(raw);
  if (found) throw new Error(`expected text without ${JSON.stringify(found[0])}: ${raw.slice(0, 80)}`);
  return raw.replace(/&([^;]*;?)/g, (_entity, name: string) => {
    const meant = ({ 'amp;': '&', 'lt;': '<', 'gt;': '>', 'quot;': '"', '#39;': "'" } as Record<string, string>)[name];
    if (meant === undefined) throw new Error(`expected an entity, got &${name}`);
    return meant;
  });
}
