import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setupI18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import type { MessageId as DashboardWord } from '../../../web/dashboard/i18n.ts';
import type { Language, Translate } from '../../../web/shared/i18n.tsx';
import { isolated, localeFor } from '../../../web/shared/locale.ts';
import type { MessageId as WaitingWord } from '../../../web/waiting/translation.ts';

const web = join(import.meta.dirname, '..', '..', '..', 'web');

/** As the browsers of the tests name their languages. */
export const locales = { en: 'en-GB', fr: 'fr-FR', ar: 'ar-EG' } as const satisfies Record<Language, string>;

/** What a page says in a language, so that tests find things by the words that a person finds them by. */
export const dashboardWords = (language: Language): Translate<DashboardWord> => wordsOf('dashboard', language);
export const waitingWords = (language: Language): Translate<WaitingWord> => wordsOf('waiting', language);

const wordsOf = (page: string, language: Language): Translate<string> => {
  // A catalogue is a flat list of messages: test/unit/web holds it to that.
  const messages = JSON.parse(readFileSync(join(web, page, 'locales', `${language}.messages.json`), 'utf8')) as Record<string, string>;
  const compiled = Object.fromEntries(Object.entries(messages).map(([id, message]) => [id, compileMessage(message)]));
  const i18n = setupI18n({ locale: language, locales: localeFor(language, [locales[language]]), messages: { [language]: compiled } });
  return (id, values) => i18n._(id, isolated(values, language === 'ar' ? 'rtl' : 'ltr'));
};
