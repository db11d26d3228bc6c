/** What must stand in no log, metric, dead letter or error: what a person wrote or is called, and what opens a door. */
export interface Secret {
  readonly kind: string;
  readonly value: string;
}

/** Fields of the contract, and of OAuth, whose text is a secret. */
const secretFields: ReadonlySet<string> = new Set([
  'name',
  'senderName',
  'phone',
  'text',
  'lastMessagePreview',
  'callerToken',
  'ticket',
  'access_token',
  'id_token',
  'refresh_token',
]);

/** Shorter texts stand in ids and words by chance. */
const leastLength = 6;

/** A word such as `before` stands in our own sentences, too. */
const isPlainWord = (text: string): boolean => /^[a-z]{1,15}$/.test(text);

/** Every secret in a body or frame, as it was sent: JSON, or nothing that is looked at. */
export const secretsIn = (sent: string): Secret[] => {
  const found: Secret[] = [];
  const add = (kind: string, value: unknown): void => {
    const text = typeof value === 'string' ? value.trim() : '';
    if (text.length >= leastLength && !isPlainWord(text)) found.push({ kind, value: text });
  };
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [field, inside] of Object.entries(value)) {
      if (secretFields.has(field)) add(field, inside);
      // An error's code is no secret: an invitation's holds one of 43 characters.
      if (field === 'code' && String(inside).length >= 43) add(field, inside);
      // Those of a caller; an error has some, too, beside its code.
      if (field === 'details' && !('code' in value) && typeof inside === 'object' && inside !== null)
        for (const detail of Object.values(inside)) add('details', detail);
      // Those that the control door lists have their names from the template.
      if (field !== 'schedules') walk(inside);
    }
  };
  try {
    walk(JSON.parse(sent));
  } catch {
    return [];
  }
  return found;
};

/** The token of an `Authorization` header. */
export const secretOfHeader = (authorization: string): Secret[] => {
  const token = authorization.replace(/^Bearer +/i, '');
  return token.length >= leastLength ? [{ kind: 'bearer', value: token }] : [];
};
