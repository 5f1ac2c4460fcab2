/** A JSON string, which may end with the text, or one of .NET's words for numbers that JSON does not know. */
const STRING_OR_WORD = /"(?:[^"\\]+|\\.?)*(?:"|$)|-?(?:NaN|INF|Infinity)/gs;

/**
 * .NET's JSON serializer writes some numbers as bare words (NaN, INF, -INF), which is no JSON. They become
 * strings, so that a column which holds one is no number but not empty either. Strings stay as they are; time
 * grows with the length only.
 */
export function quoteBareNumbers(text: string): string {
  return text.replace(STRING_OR_WORD, (found) => (found.startsWith('"') ? found : `"${found}"`));
}
