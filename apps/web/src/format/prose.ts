/** A piece of a sentence of the API: words, or something to type. */
export interface ProsePart {
  readonly text: string;
  readonly isCode: boolean;
}

/** Takes a sentence apart at its backticks: what they enclose is code. One backtick alone is a character like others. */
export function proseParts(sentence: string): readonly ProsePart[] {
  return sentence.split(/(`[^`]+`)/).flatMap((piece): readonly ProsePart[] => {
    if (piece === '') return [];
    const isCode = piece.length > 2 && piece.startsWith('`') && piece.endsWith('`');
    return [{ text: isCode ? piece.slice(1, -1) : piece, isCode }];
  });
}

/** A sentence with a capital at its beginning, unless it begins with code. */
export function capitalised(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
