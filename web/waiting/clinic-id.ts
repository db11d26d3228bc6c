/** The clinic that a waiting page's address names (`/demo`); undefined where the address can name none. */
export const clinicIdIn = (path: string): string | undefined => /^\/([A-Za-z0-9_-]{1,64})\/?$/.exec(path)?.[1];
