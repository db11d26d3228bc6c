import { createTranslationContext, type Language, loadTranslation, type Translate, type Translation } from '../shared/i18n.tsx';
import type en from './locales/en.messages.json';

/** The ids of the dashboard's messages, as the English catalogue lists them. */
export type MessageId = keyof typeof en;
export type T = Translate<MessageId>;

export const { Provider: TranslationProvider, useTranslation } = createTranslationContext<MessageId>();

export const loadDashboardTranslation = (language: Language): Promise<Translation<MessageId>> =>
  loadTranslation<MessageId>(language, {
    en: () => import('./locales/en.messages.json', { with: { type: 'json' } }),
    fr: () => import('./locales/fr.messages.json', { with: { type: 'json' } }),
    ar: () => import('./locales/ar.messages.json', { with: { type: 'json' } }),
  });
