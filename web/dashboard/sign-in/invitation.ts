const key = 'waiting-area.invitation';

/** An invitation's link: the code stands behind `#`, so that no server's log holds it. */
export const invitationLink = (origin: string, code: string): string => `${origin}/dashboard/#invitation=${encodeURIComponent(code)}`;

/** Takes the code out of the address and keeps it for this tab, over the way to the issuer and back. */
export const keepInvitation = (page: Location): void => {
  const code = new URLSearchParams(page.hash.slice(1)).get('invitation');
  if (!code) return;
  sessionStorage.setItem(key, code);
  history.replaceState(null, '', page.pathname + page.search);
};

/** The code that waits to be redeemed; asked for once. */
export const takeInvitation = (): string | undefined => {
  const code = sessionStorage.getItem(key) ?? undefined;
  sessionStorage.removeItem(key);
  return code;
};
