/**
 * C0 (but for tab and line feed), DEL, C1, and what turns the direction of text: in a terminal they move the
 * cursor, change the title, fill the clipboard or show something else than is there. Ids, message ids and
 * COR's words come from outside.
 */
const NOT_PRINTABLE = /(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * The text with each character that a terminal would obey as `\u001b`, which is the same character to a
 * reader of JSON.
 */
export function printable(text: string): string {
  return text.replace(
    NOT_PRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same on one line: for a cell, or a place where a line break would pass for a line of ours. */
export function printableLine(text: string): string {
  return printable(text.replaceAll(/[\t\n\r]+/g, ' '));
}
