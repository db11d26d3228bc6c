import * as z from 'zod/mini';
import { limits } from './limits.ts';
import { status } from './objects.ts';
import { line } from './text.ts';

/** Which callers a list shows and a broadcast reaches. All that is given must hold; `{}` is every caller present. */
export const filter = z.strictObject({
  statuses: z.optional(z.array(status).check(z.maxLength(4, { error: 'names a status twice' }))),
  search: z.optional(line(limits.searchCodePoints, 0)),
  needsReply: z.optional(z.boolean({ error: 'must be true or false' })),
  online: z.optional(z.boolean({ error: 'must be true or false' })),
});

export type Filter = z.output<typeof filter>;
