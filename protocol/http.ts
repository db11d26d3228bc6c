import * as z from 'zod/mini';
import { broadcastFields, noticeFields, oneAudience } from './frames.ts';
import { id, seq, userId } from './ids.ts';
import { limits } from './limits.ts';
import { role, status } from './objects.ts';
import { languageTag, line, paragraph, utf8Bytes } from './text.ts';

/** Bodies of the HTTP API, as the wire contract describes them. Unknown fields are refused. */

const boolean = z.boolean({ error: 'must be true or false' });
const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).check(z.minimum(least, { error }), z.maximum(most, { error }));
};
const list = <Item extends z.ZodMiniType>(item: Item, least: number, most: number) => {
  const error = `must be a list of ${least} to ${most}`;
  return z.array(item, { error }).check(z.minLength(least, { error }), z.maxLength(most, { error }));
};

const detailsKey = line(limits.detailsKeyCodePoints);
const detailsValue = z.pipe(paragraph(limits.detailsValueCodePoints), z.string());

const detailsRecord = z.record(detailsKey, detailsValue, { error: 'must be an object of texts' }).check(
  z.refine((entries) => Object.keys(entries).length <= limits.detailsEntries, { error: `has more than ${limits.detailsEntries} entries` }),
  z.refine((entries) => utf8Bytes(JSON.stringify(entries)) <= limits.detailsBytes, {
    error: `is larger than ${limits.detailsBytes} bytes`,
  }),
);

/** zod leaves `__proto__` out of a record without a word: an entry that cannot be kept is refused instead. */
const hasNoPrototypeKey = z.refine((entries: unknown) => !(entries instanceof Object && Object.hasOwn(entries, '__proto__')), {
  error: 'must not have the key __proto__',
  abort: true,
});

/** Entry fields of a check-in: at most 20 entries, keys of 40 and values of 1000 code points, 4 KB together. */
export const details = z.pipe(z.unknown().check(hasNoPrototypeKey), detailsRecord);

export const checkInBody = z.strictObject({
  name: line(limits.nameCodePoints),
  phone: z.optional(z.nullable(line(limits.phoneCodePoints, 0))),
  language: z.optional(z.nullable(languageTag)),
  details: z.optional(details),
});

export const notifyBody = z.strictObject(noticeFields);

export const broadcastBody = z.strictObject(broadcastFields).check(oneAudience());

/** Either a status, or the caller's own switch for writing (null follows the clinic's). */
export const callerPatchBody = z.strictObject({ status: z.optional(status), guestMessages: z.optional(z.nullable(boolean)) }).check(
  z.refine((body) => (body.status === undefined) !== (body.guestMessages === undefined), {
    error: 'give exactly one of status and guestMessages',
  }),
);

const entryFieldBody = z.strictObject({ key: line(limits.detailsKeyCodePoints), label: line(100), required: boolean });

const languages = list(languageTag, 1, 50);

export const settingsBody = z.strictObject({
  name: z.optional(line(limits.nameCodePoints)),
  languages: z.optional(languages),
  entryFields: z.optional(list(entryFieldBody, 0, limits.detailsEntries)),
  guestMessages: z.optional(boolean),
  expectationText: z.optional(paragraph(500)),
  waitingThresholdMinutes: z.optional(wholeNumber(1, 1440)),
  unansweredAfterMinutes: z.optional(wholeNumber(1, 1440)),
  endOfflineAfterMinutes: z.optional(wholeNumber(limits.leastEndOfflineAfterMinutes, limits.mostEndOfflineAfterMinutes)),
  retentionDays: z.optional(wholeNumber(1, 365)),
});

/** The first part of the pages' addresses (`/<clinicId>`) that are not a clinic's waiting page. */
const reservedClinicIds = ['dashboard', 'assets'];

export const clinicBody = z.strictObject({
  clinicId: id.check(z.refine((clinicId) => !reservedClinicIds.includes(clinicId), { error: 'is an address of the pages' })),
  name: line(limits.nameCodePoints),
  administrator: z.strictObject({ userId, name: line(limits.nameCodePoints) }),
  languages: z.optional(languages),
});

export const memberBody = z.strictObject({ name: line(limits.nameCodePoints), role, answersMessages: boolean });

const pageSize = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : Number.NaN)),
    wholeNumber(1, limits.mostCallersAPage),
  ),
);
const seqInQuery = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN)),
    seq,
  ),
);
const cursor = z.string().check(z.maxLength(1000, { error: 'is not a cursor of ours' }));

/** `status` may be repeated; the handler hands over a list. */
export const callersQuery = z.strictObject({
  status: z.optional(z.array(status)),
  search: z.optional(line(limits.searchCodePoints, 0)),
  cursor: z.optional(cursor),
  limit: z.optional(pageSize),
});

export const messagesQuery = z.strictObject({ afterSeq: z.optional(seqInQuery) });

export const pageQuery = z.strictObject({ cursor: z.optional(cursor), limit: z.optional(pageSize) });

const moment = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string) =>
      /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN,
    ),
    z.int({ error: 'must be a date (2026-11-23) or a time (2026-11-23T08:00:00Z), RFC 3339' }),
  ),
);

/** `from` is included, `to` is not; ms once they are read. A date is its first moment, UTC. */
export const auditQuery = z.strictObject({ from: z.optional(moment), to: z.optional(moment), cursor: z.optional(cursor) });

/** A failed HTTP request, RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly details?: unknown;
}
