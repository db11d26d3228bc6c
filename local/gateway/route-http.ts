import type { HttpRoute } from '../deployment.ts';

export interface RoutedRequest {
  readonly route: HttpRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * Chooses the most specific route: full match, then `{proxy+}`, then `$default`; a method before `ANY`; fixed segments before variable ones.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 * @param path as it stands on the request line; parameters are answered decoded
 */
export const routeHttp = (routes: readonly HttpRoute[], method: string, path: string): RoutedRequest | undefined => {
  const segments = segmentsOf(path);
  const candidates = routes.flatMap((route) => {
    const match = matchRoute(route, method, segments);
    return match === undefined ? [] : [match];
  });
  return candidates.sort((a, b) => compareRanks(a.rank, b.rank))[0];
};

type Match = RoutedRequest & { readonly rank: readonly number[] };

const matchRoute = (route: HttpRoute, method: string, segments: readonly string[]): Match | undefined => {
  if (route.key === '$default') return { route, pathParameters: {}, rank: [2] };
  const [routeMethod = '', routePath = ''] = route.key.split(' ');
  if (routeMethod !== 'ANY' && routeMethod !== method) return undefined;
  const pattern = segmentsOf(routePath);
  const last = pattern.at(-1) ?? '';
  const isGreedy = last.endsWith('+}');
  if (isGreedy ? segments.length < pattern.length : segments.length !== pattern.length) return undefined;
  const pathParameters: Record<string, string> = {};
  const kinds: number[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(.+?)\+?\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (decoded(segment) !== part) return undefined;
      kinds.push(0);
    } else {
      const value = index === pattern.length - 1 && isGreedy ? segments.slice(index).join('/') : segment;
      if (value === '') return undefined;
      pathParameters[name] = decoded(value);
      kinds.push(1);
    }
  }
  return { route, pathParameters, rank: [isGreedy ? 1 : 0, ...kinds, routeMethod === 'ANY' ? 1 : 0] };
};

const compareRanks = (a: readonly number[], b: readonly number[]): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

/** The text decoded from percent encoding, or as it is where the encoding is malformed. */
export const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
