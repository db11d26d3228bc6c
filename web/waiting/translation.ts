import { type Catalogue, createTranslationContext, type Language, loadTranslation, type Translation } from '../shared/i18n.tsx';
import type english from './locales/en.messages.json';

export type MessageId = keyof typeof english;

export const { Provider: TranslationProvider, useTranslation } = createTranslationContext<MessageId>();

const loaders: Readonly<Record<Language, () => Promise<{ default: Catalogue<MessageId> }>>> = {
  en: () => import('./locales/en.messages.json', { with: { type: 'json' } }),
  fr: () => import('./locales/fr.messages.json', { with: { type: 'json' } }),
  ar: () => import('./locales/ar.messages.json', { with: { type: 'json' } }),
};

/** The page's messages in one language; the document turns to it. */
export const translate = (language: Language): Promise<Translation<MessageId>> => loadTranslation(language, loaders);
