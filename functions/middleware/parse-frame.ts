import type { MiddlewareObj } from '@middy/core';
import type { ZodMiniType } from 'zod/mini';
import { invalidField, RequestError, reasonsOf } from '../../protocol/errors.ts';
import type { Action, FieldsOf } from '../../protocol/frames.ts';
import type { TicketHolder } from '../data/tickets-table.ts';
import type { FrameResponse } from './answer-frame.ts';
import type { SocketEvent } from './socket-event.ts';

/** A checked frame of one of these actions. */
export type Frame<A extends Action> = {
  [Each in A]: { readonly action: Each; readonly requestId: string; readonly fields: FieldsOf<Each> };
}[A];

/** A socket's event with its checked frame, and the owner that its route is for. */
export type FrameEvent<A extends Action, Kind extends TicketHolder['kind']> = SocketEvent & {
  frame: Frame<A>;
  owner: { readonly clinicId: string } & Extract<TicketHolder, { kind: Kind }>;
};

/**
 * Puts the checked frame on the event: from the kind of socket that may send it (before any field is looked at), JSON,
 * with no field missing, unknown or out of bounds. Whose frame is refused for its fields is asked first whether they may speak at all:
 * `requireStanding` throws for those who may not. A good frame needs no such question, as its action asks it anyway.
 */
export const parseFrame = <A extends Action, Kind extends TicketHolder['kind']>(
  kind: Kind,
  schemas: Readonly<Record<A, ZodMiniType<{ action: string; requestId: string }>>>,
  requireStanding: (owner: FrameEvent<A, Kind>['owner']) => Promise<unknown> = async () => undefined,
): MiddlewareObj<FrameEvent<A, Kind>, FrameResponse> => ({
  before: async ({ event }) => {
    const { authorizer, routeKey } = event.requestContext;
    if (authorizer.kind !== kind) throw new RequestError('forbidden');
    // The kind was compared above.
    const owner = authorizer as FrameEvent<A, Kind>['owner'];
    const schema = Object.entries<ZodMiniType<{ action: string; requestId: string }>>(schemas).find(([action]) => action === routeKey)?.[1];
    if (!schema) throw invalidField('action', 'is not an action of this socket');
    const parsed = schema.safeParse(parseJson(event.body));
    if (!parsed.success) {
      await requireStanding(owner);
      throw new RequestError('invalid-request', reasonsOf(parsed.error.issues));
    }
    const { action, requestId, ...fields } = parsed.data;
    // Where a frame names two actions, the gateway may have read the other one.
    if (action !== routeKey) throw invalidField('action', 'is not the one that this frame was routed by');
    // The schema was found by the action and has checked the fields of that action.
    event.frame = { action, requestId, fields } as unknown as Frame<A>;
    event.owner = owner;
  },
});

const parseJson = (body: string | undefined): unknown => {
  try {
    return JSON.parse(body ?? '');
  } catch {
    throw invalidField('', 'is not JSON');
  }
};
