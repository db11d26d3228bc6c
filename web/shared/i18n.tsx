import { type I18n, setupI18n } from '@lingui/core';
import { createContext, type ReactNode, use } from 'react';
import { directionOf } from './direction.ts';
import { isolated, localeFor } from './locale.ts';

/** The languages that the pages speak, each by its own name. */
export const languages = { en: 'English', fr: 'Français', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

/** The first of the wanted languages (BCP 47) that the pages speak; English otherwise. */
export const chooseLanguage = (wanted: readonly (string | null | undefined)[]): Language => {
  for (const tag of wanted) {
    const base = tag?.toLowerCase().split('-')[0];
    if (base !== undefined && base in languages) return base as Language;
  }
  return 'en';
};

/** Messages by id; the build compiles them (see `vite.config.ts`). */
export type Catalogue<Id extends string> = Readonly<Record<Id, string>>;

/** Says a message: `t('unread', { count: 3 })`. */
export type Translate<Id extends string> = (id: Id, values?: Readonly<Record<string, string | number>>) => string;

export interface Translation<Id extends string> {
  readonly language: Language;
  /** The language with its region, for times and numbers (BCP 47). */
  readonly locale: string;
  readonly t: Translate<Id>;
}

/** Loads a page's messages in one language and turns the document to it (`lang`, `dir`). */
export const loadTranslation = async <Id extends string>(
  language: Language,
  loaders: Readonly<Record<Language, () => Promise<{ default: Catalogue<Id> }>>>,
): Promise<Translation<Id>> => {
  const { default: messages } = await loaders[language]();
  const locale = localeFor(language, navigator.languages);
  const i18n: I18n = setupI18n({ locale: language, locales: locale, messages: { [language]: messages } });
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  return { language, locale, t: (id, values) => i18n._(id, isolated(values, directionOf(language))) };
};

/** The context of one page's translation: `const { Provider, useTranslation } = createTranslationContext<MessageId>()`. */
export const createTranslationContext = <Id extends string>() => {
  const Context = createContext<Translation<Id> | undefined>(undefined);
  return {
    Provider: ({ translation, children }: { translation: Translation<Id>; children: ReactNode }) => (
      <Context value={translation}>{children}</Context>
    ),
    useTranslation: (): Translation<Id> => {
      const translation = use(Context);
      if (!translation) throw new Error('there is no translation around this component');
      return translation;
    },
  };
};
