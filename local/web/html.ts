import { readFileSync } from 'node:fs';
import type { LocalPage } from './serve-pages.ts';

/** Text as HTML shows it, in attributes too. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** Under which both local pages find their looks. */
export const stylePath = '/local-pages.css';

/** The tokens of the real pages, then what the local ones add. */
export const readStyle = (): LocalPage => ({
  contentType: 'text/css; charset=utf-8',
  content: ['../../web/shared/theme.css', 'local-pages.css'].map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n'),
});

/** A whole document. @param main HTML */
export const documentOf = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
