// Plain JavaScript of any age, so that a Node.js which cannot read TypeScript says so instead of failing at the first type.
const [major, minor] = process.versions.node.split('.').map(Number);

/** Imports what needs a Node.js that reads TypeScript, or says what to do where this one is too old. */
export async function withTypeScript(importIt) {
  if (major > 22 || (major === 22 && minor >= 19)) return importIt();
  console.error(
    `This is Node.js ${process.versions.node}, and the connector needs 22.19 or newer. "npm ci" installs one in node_modules/node, unless it ran with --ignore-scripts: then run "npm rebuild node", or install Node.js 24.`,
  );
  process.exitCode = 2;
}
