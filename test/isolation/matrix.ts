import { QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { aFrame, anHttpEvent } from '../builders/api-gateway-events.ts';
import { type Actor, callerTokenOf, passesDoor, socketOf } from './actors.ts';
import { type Aim, frames, type HttpDeed, isPublicDoor, requests, type SocketDeed } from './operations.ts';
import type { Outcome, Service } from './service.ts';

/** How a request is written: as it should be, with another clinic's name smuggled in, or broken. */
export const manners = ['good', 'smuggling', 'broken'] as const;
export type Manner = (typeof manners)[number];

/** The token that each user's browser holds. */
export type Tokens = (userId: string) => string;

const refusedAtTheDoor: Outcome = { said: 401, text: '', commands: [], posts: [], closed: [] };

/** One request over HTTP, as the gateway hands it to a function, or refuses it itself. */
export const askOverHttp = async (
  service: Service,
  tokens: Tokens,
  actor: Actor,
  deed: HttpDeed,
  aim: Aim,
  manner: Manner = 'good',
  smuggled = aim.clinicId,
): Promise<Outcome> => {
  if (!passesDoor(actor, deed)) return refusedAtTheDoor;
  const { query, body } = requests[deed];
  const token = actor.userId === undefined ? (callerTokenOf(actor) ?? actor.badToken) : tokens(actor.userId);
  const queries = [...(query ? [query(aim)] : []), ...(manner === 'smuggling' ? [`clinicId=${smuggled}`] : [])];
  const given = body?.(aim);
  const event = anHttpEvent(deed, {
    path: { clinicId: aim.clinicId, callerId: aim.callerId, broadcastId: aim.broadcastId, userId: aim.userId, code: aim.code },
    query: queries.join('&'),
    ...(given && { body: manner === 'smuggling' ? { ...given, clinicId: smuggled } : given }),
    ...(manner === 'broken' && { rawBody: '{"text":' }),
    ...(token !== undefined && { token }),
    ...(actor.userId !== undefined && { user: actor.userId }),
  });
  return service.http(isPublicDoor(deed) ? 'public' : 'staff', event);
};

/** One frame on a socket that the actor has open. */
export const askOnSocket = async (
  service: Service,
  actor: Actor,
  deed: SocketDeed,
  aim: Aim,
  manner: Manner = 'good',
  smuggled = aim.clinicId,
): Promise<Outcome> => {
  const socket = socketOf(actor);
  // Who has no ticket has no socket.
  if (!socket) return service.handshake(`waiting-area.v1, ticket.${aim.code}`);
  const { owner, connectionId } = socket;
  const action = deed.replace('socket ', '');
  const fields = frames[deed].fields(aim);
  const frame = {
    action,
    ...(manner !== 'broken' && { requestId: 'r1' }),
    ...fields,
    ...(manner === 'smuggling' && { clinicId: smuggled }),
  };
  const kind = action in callerActionNames ? 'caller' : 'staff';
  return service.frame(kind, aFrame(owner, frame, { connectionId }));
};

/** The actions whose route leads to the function for callers. */
const callerActionNames = { resume: true, sendMessage: true, acknowledge: true, leave: true };

/** The calls to the store by kind and table: what a request costs, and so how long it takes. */
export const costOf = ({ commands }: Outcome): string[] =>
  commands.map((command) => {
    const name = (command as object).constructor.name;
    if (command instanceof TransactWriteCommand) return `${name} of ${command.input.TransactItems?.length}`;
    // Every other command names its table.
    const { TableName } = (command as { input: { TableName: string } }).input;
    return command instanceof QueryCommand ? `${name} ${TableName} ${command.input.IndexName ?? ''}` : `${name} ${TableName}`;
  });

/** An answer without what is its own: the ids that were asked for, and the time. */
export const withoutIds = ({ said, text }: Outcome, aim: Aim): string =>
  [aim.callerId, aim.broadcastId, aim.userId, aim.code, aim.freshId, aim.cursor]
    .reduce((rest, id) => rest.replaceAll(id, 'ID'), `${said} ${text}`)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
