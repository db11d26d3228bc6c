/** Small choices that this browser keeps for its user. Where storage is blocked they last as long as the page. */
export const readKept = (key: string): string | undefined => {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
};

export const keep = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Blocked or full: the choice holds until the page is left.
  }
};

export const keys = {
  language: 'waiting-area.language',
  clinic: 'waiting-area.clinic',
  alerts: 'waiting-area.alerts',
  sort: 'waiting-area.sort',
} as const;
