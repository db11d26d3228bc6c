import type { Throttle, Throttles } from '../deployment.ts';

/** May a request to this route go on? Asked once for each request. */
export type Admission = (routeKey: string) => boolean;

/**
 * The token buckets of a stage: `burst` requests at once, refilled by `ratePerSecond`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
 * Whether the stage's own settings are meant for all routes together or for each is not documented: together, the stricter reading.
 * @param now the time, ms
 */
export const createAdmission = ({ stage, routes }: Throttles, now: () => number): Admission => {
  const ofStage = createBucket(stage, now);
  const ofRoutes = new Map([...routes].map(([key, throttle]) => [key, createBucket(throttle, now)]));
  return (routeKey) => (ofRoutes.get(routeKey) ?? ofStage)();
};

const createBucket = (throttle: Throttle | undefined, now: () => number): (() => boolean) => {
  if (throttle === undefined) return () => true;
  const { ratePerSecond, burst } = throttle;
  let tokens = burst;
  let countedAtMs = now();
  return () => {
    const nowMs = now();
    // A clock that was set back takes no tokens away.
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - countedAtMs) / 1000) * ratePerSecond);
    countedAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
