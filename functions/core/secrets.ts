import { createHash, timingSafeEqual } from 'node:crypto';

/** Characters of 256 bits in base64url. */
const secretLength = 43;
const taggedPattern = /^([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{1,64})$/;

/** What is stored of a secret: SHA-256, base64url. A secret of 256 random bits needs no salt. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Does the secret belong to the hash? In constant time. */
export const isSecretOf = (secret: string, hash: string): boolean => {
  const given = Buffer.from(hashOf(secret));
  const stored = Buffer.from(hash);
  return given.length === stored.length && timingSafeEqual(given, stored);
};

/** A secret that names its clinic, so that it is looked up under the clinic's own partition. */
export const tagged = (secret: string, clinicId: string): string => {
  if (secret.length !== secretLength) throw new Error('a secret is 256 bits');
  return `${secret}${clinicId}`;
};

export const openTagged = (text: string): { secret: string; clinicId: string } | undefined => {
  const [, secret, clinicId] = taggedPattern.exec(text) ?? [];
  return secret !== undefined && clinicId !== undefined ? { secret, clinicId } : undefined;
};
