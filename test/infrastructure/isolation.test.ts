import { expect, it } from '@jest/globals';
import { callerActions, staffActions } from '../../protocol/frames.ts';
import { frames, httpDeeds, isPublicDoor, requests } from '../isolation/operations.ts';
import { synthesize, text } from './synthesize.ts';

const stack = synthesize();
const http = stack.only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'HTTP');
const routes = Object.values(stack.all('AWS::ApiGatewayV2::Route'));
const keysOf = (isHttp: boolean) =>
  routes.filter(({ Properties }) => (text(Properties.ApiId) === http.id) === isHttp).map(({ Properties }) => String(Properties.RouteKey));

/** What nobody needs to be for: the gateway's own, and `ping`, which reaches no function. */
const ofTheGateway = ['$connect', '$disconnect', '$default', 'ping'];

it('everyone tries every route of the HTTP API in the matrix', () => {
  expect(keysOf(true).filter((key) => !(key in requests))).toEqual([]);
});

it('everyone tries every route of the WebSocket API, and every action of the protocol, in the matrix', () => {
  const tried = Object.keys(frames).map((deed) => deed.replace('socket ', ''));
  expect(
    keysOf(false)
      .filter((key) => !ofTheGateway.includes(key))
      .sort(),
  ).toEqual(tried.sort());
  expect([...Object.keys(staffActions), ...Object.keys(callerActions)].sort()).toEqual(tried.sort());
});

it('the matrix knows which routes stand behind the JWT authorizer', () => {
  const behind = (key: string) => routes.find(({ Properties }) => Properties.RouteKey === key)?.Properties.AuthorizationType === 'JWT';
  for (const deed of httpDeeds.filter((deed) => keysOf(true).includes(deed)))
    expect([deed, behind(deed)]).toEqual([deed, !isPublicDoor(deed)]);
});
