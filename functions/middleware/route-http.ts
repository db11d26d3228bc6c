import { RequestError } from '../../protocol/errors.ts';
import type { HttpEvent, HttpResponse } from './http-request.ts';

/** What answers a route, by API Gateway's route key, such as `GET /clinics/{clinicId}`. */
export type Routes = Readonly<Record<string, (event: HttpEvent) => Promise<HttpResponse>>>;

/** The routes stand in the template, one by one; this finds the one that API Gateway chose. */
export const routeHttp =
  (routes: Routes) =>
  async (event: HttpEvent): Promise<HttpResponse> => {
    const answer = Object.hasOwn(routes, event.routeKey) ? routes[event.routeKey] : undefined;
    if (!answer) throw new RequestError('not-found');
    return answer(event);
  };
