/** A tag with quoted attributes, a text without the characters that need an entity, or an entity. */
const token =
  /<\?xml[^>]*>|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<>&]+|&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);/giy;

/** Whether a document consists of nothing but tags with quoted attributes and text, each tag closed where it has to be. */
export function looksWellFormed(document: string): boolean {
  const open: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < document.length) {
    const match = token.exec(document);
    if (match === null) return false;
    const [, closing, name, , selfClosing] = match;
    if (name === undefined || selfClosing === '/') continue;
    if (closing !== '/') open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}
