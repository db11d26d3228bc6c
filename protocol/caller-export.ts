import * as z from 'zod/mini';
import { id } from './ids.ts';
import { message, status } from './objects.ts';

const time = z.iso.datetime({ precision: 3 });

/** A message to or from the person, with what became of it in place of who of the staff wrote it. */
const exportedMessage = z.extend(z.omit(message, { senderName: true }), {
  /** It reached the person's device; true of all that the person wrote. */
  delivered: z.boolean(),
  /** By the person, or, where the person wrote it, by a member of the clinic. */
  read: z.boolean(),
});

/** Everything that is kept of one person, in plain terms and of nobody else: for that person, or for an administrator to hand out. */
export const callerExport = z.object({
  exportedAt: time,
  clinic: z.object({ clinicId: id, name: z.string() }),
  caller: z.object({
    callerId: id,
    name: z.string(),
    phone: z.nullable(z.string()),
    language: z.nullable(z.string()),
    details: z.record(z.string(), z.string()),
    arrivedAt: time,
    status,
    statusSince: time,
    endReason: z.nullable(z.enum(['left', 'ended-by-staff', 'offline'])),
    /** This person's own switch for writing; null follows the clinic's. */
    guestMessages: z.nullable(z.boolean()),
    /** When all of it is deleted; null while the visit lasts, as that time counts from its end. */
    keptUntil: z.nullable(time),
  }),
  messages: z.array(exportedMessage),
  /** The pages that are connected, or were when the visit ended. */
  connections: z.array(z.object({ connectedAt: time, lastActiveAt: time })),
  /** When a page was last gone; null where none ever was. */
  lastDisconnectedAt: z.nullable(time),
});
export type CallerExport = z.output<typeof callerExport>;
