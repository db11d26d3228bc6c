import { fileURLToPath } from 'node:url';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Compiles ICU messages (`*.messages.json`) when the pages are built, so that no page carries a parser. */
const icuMessages = (): Plugin => ({
  name: 'icu-messages',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('.messages.json')) return undefined;
    const messages: Record<string, string> = JSON.parse(code);
    const compiled = Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, compileMessage(message)]));
    return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(compiled))});`, map: null, moduleType: 'js' };
  },
});

/** React Aria brings its words in 34 languages; those that the pages do not speak stay out of the build. */
const ownLanguagesOnly = (): Plugin => ({
  name: 'own-languages-only',
  enforce: 'pre',
  transform: (_code, id) =>
    /\/react-aria(-components)?\/dist\/.*\/(?!en-US|fr-FR|ar-AE)[a-z]{2}-[A-Z]{2}\.mjs$/.test(id)
      ? { code: 'export default {};', map: null }
      : undefined,
});

export default defineConfig({
  root: here('.'),
  plugins: [icuMessages(), ownLanguagesOnly()],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    // A strict content security policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { dashboard: here('dashboard/index.html'), waiting: here('waiting/index.html') } },
  },
});
