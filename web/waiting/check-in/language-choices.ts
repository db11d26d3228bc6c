import { languages } from '../../shared/i18n.tsx';

export interface LanguageChoice {
  /** BCP 47. */
  readonly tag: string;
  /** The language's own name for itself. */
  readonly name: string;
}

const baseOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? tag;

const ownName = (tag: string): string => {
  const name = new Intl.DisplayNames([tag], { type: 'language', languageDisplay: 'standard' }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
};

/** The clinic's languages first, in its order; then those that the page speaks besides. */
export const languageChoices = (clinicLanguages: readonly string[]): LanguageChoice[] => {
  const offered = new Set(clinicLanguages.map(baseOf));
  return [
    ...clinicLanguages.map((tag) => ({ tag, name: ownName(tag) })),
    ...Object.entries(languages)
      .filter(([tag]) => !offered.has(tag))
      .map(([tag, name]) => ({ tag, name })),
  ];
};

/** The choice that the person's browser asks for; else the clinic's own language. */
export const firstChoice = (choices: readonly LanguageChoice[], wanted: readonly string[]): string => {
  for (const tag of wanted) {
    const found = choices.find((choice) => choice.tag === tag) ?? choices.find((choice) => baseOf(choice.tag) === baseOf(tag));
    if (found) return found.tag;
  }
  return choices[0]?.tag ?? 'en';
};
