/** The JSON value, or the text itself where it is none (proxies answer HTML, frameworks plain text). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
