import { RequestError } from '../../protocol/errors.ts';
import { isOperation, type Operation } from '../core/policy.ts';
import type { HttpEvent, HttpResponse } from './http-request.ts';

/** What answers one operation; it asks the policy who may before it does anything. */
export type Route = (event: HttpEvent, operation: Operation) => Promise<HttpResponse>;

/** By API Gateway's route key, such as `GET /clinics/{clinicId}`. */
export type Routes = Readonly<Partial<Record<Operation, Route>>>;

/** The routes stand in the template, one by one; this finds the one that API Gateway chose. */
export const routeHttp =
  (routes: Routes) =>
  async (event: HttpEvent): Promise<HttpResponse> => {
    const operation = event.routeKey;
    const route = isOperation(operation) && Object.hasOwn(routes, operation) ? routes[operation] : undefined;
    if (!isOperation(operation) || !route) throw new RequestError('not-found');
    return route(event, operation);
  };
