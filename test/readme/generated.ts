/**
 * Generates the parts of documents that come from the code. `npm run readme` writes them, a test
 * compares them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { hsmCommandsTable } from './hsm-commands-table.ts';
import { operationsTable } from './operations-table.ts';

/** Generators of the text between the two marks, by document. */
const parts: Readonly<Record<string, () => string>> = {
  'README.md': operationsTable,
  'docs/hsm-cli.md': hsmCommandsTable,
};
export const documents: readonly string[] = Object.keys(parts);

const BEGIN = '<!-- made by `npm run readme` -->\n';
const END = '<!-- end -->';

export function readDocument(document: string): string {
  return readFileSync(fileOf(document), 'utf8');
}

/** Returns a document with its generated part replaced by the current one. */
export function expectedDocument(document: string): string {
  const text = readDocument(document);
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from)
    throw new Error(`${document} lacks the marks around its generated part`);
  return `${text.slice(0, from + BEGIN.length)}\n${parts[document]?.() ?? ''}\n${text.slice(to)}`;
}

function fileOf(document: string): URL {
  return new URL(`../../${document}`, import.meta.url);
}

if (import.meta.main)
  for (const document of documents) writeFileSync(fileOf(document), expectedDocument(document));
