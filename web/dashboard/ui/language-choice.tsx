import { type Language, languages } from '../../shared/i18n.tsx';
import { useTranslation } from '../i18n.ts';

/** The languages of the page, each by its own name; a native list, since it is used once. */
export const LanguageChoice = ({ onLanguage }: { onLanguage(language: Language): void }) => {
  const { t, language } = useTranslation();
  return (
    <label className="language-choice">
      <span className="visually-hidden">{t('pageLanguage')}</span>
      <select
        className="button"
        value={language}
        onChange={(event) => {
          const chosen = languageOf(event.currentTarget.value);
          if (chosen) onLanguage(chosen);
        }}
      >
        {Object.entries(languages).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
};

const languageOf = (tag: string): Language | undefined => (tag === 'en' || tag === 'fr' || tag === 'ar' ? tag : undefined);
