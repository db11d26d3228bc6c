import type { MiddlewareObj } from '@middy/core';
import type { ZodMiniType } from 'zod/mini';
import { invalidField, RequestError, reasonsOf } from '../../protocol/errors.ts';
import type { Action, FieldsOf } from '../../protocol/frames.ts';
import { mayOnSocket, onSocket, type SocketOperation } from '../core/policy.ts';
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
 * Puts the checked frame on the event: from a socket that the policy lets send it (before any field is looked at), JSON,
 * with no field missing, unknown or out of bounds. Whose frame is refused for its fields is asked first whether they may speak at all:
 * `requireStanding` throws for those who may not. A good frame needs no such question, as its action asks it anyway.
 */
export const parseFrame = <A extends Action, Kind extends TicketHolder['kind']>(
  schemas: Readonly<Record<A, ZodMiniType<{ action: string; requestId: string }>>>,
  requireStanding: (owner: FrameEvent<A, Kind>['owner'], operation: SocketOperation) => Promise<unknown> = async () => undefined,
): MiddlewareObj<FrameEvent<A, Kind>, FrameResponse> => ({
  before: async ({ event }) => {
    const { authorizer, routeKey } = event.requestContext;
    // `schemas` has exactly the actions of this function's routes.
    const action = (Object.keys(schemas) as A[]).find((each) => each === routeKey);
    if (!action) throw invalidField('action', 'is not an action of this socket');
    const operation = onSocket(action);
    if (!mayOnSocket(operation, authorizer.kind)) throw new RequestError('forbidden');
    // The policy gives no action of one kind of socket to the other.
    const owner = authorizer as FrameEvent<A, Kind>['owner'];
    const parsed = schemas[action].safeParse(parseJson(event.body));
    if (!parsed.success) {
      await requireStanding(owner, operation);
      throw new RequestError('invalid-request', reasonsOf(parsed.error.issues));
    }
    const { action: named, requestId, ...fields } = parsed.data;
    // Where a frame names two actions, the gateway may have read the other one.
    if (named !== action) throw invalidField('action', 'is not the one that this frame was routed by');
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
