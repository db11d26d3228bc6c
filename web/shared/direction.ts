const rightToLeft = /^(Adlm|Arab|Hebr|Mand|Nkoo|Rohg|Samr|Syrc|Thaa)$/;

/**
 * Writing direction of a language (BCP 47), of the pages or of one message: by its script, which is the one it names (`pa-Arab`) or the likely
 * one of the language (`ckb`). Left to right for what is no language tag.
 */
export const directionOf = (language: string): 'ltr' | 'rtl' => {
  try {
    return rightToLeft.test(new Intl.Locale(language).maximize().script ?? '') ? 'rtl' : 'ltr';
  } catch {
    return 'ltr';
  }
};
