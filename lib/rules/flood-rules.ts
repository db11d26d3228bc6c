import { everyStageOf, publicFunctionsOf, type Stage } from './api-routes.ts';
import type { Rule } from './rule.ts';

/** Requests a second of all APIs of an account, and those of an account in a newer Region: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const accountRate = 10_000;
const smallestAccount = { rate: 2_500, burst: 1_250 };

/** They cost thousands of writes, or are where one guesses. */
const dearRoutes = ['broadcast', 'POST /clinics/{clinicId}/broadcasts', 'POST /invitations/{code}'];

/** What a flood can use up. */
export const floodRules: readonly Rule[] = [
  {
    name: 'StageIsThrottled',
    says: 'Each stage has a throttle below the account’s, which all APIs share.',
    broken: (template) =>
      everyStageOf(template)
        .filter(({ defaults }) => !isBelow(throttleOf(defaults), accountRate))
        .map(({ resource }) => resource),
  },
  {
    name: 'PublicRouteIsThrottled',
    says: 'Each route that anyone may knock at, and each that costs much, has a throttle below its stage’s: a flood there leaves the rest their share.',
    broken: (template) =>
      everyStageOf(template)
        .filter((stage) =>
          throttledKeysOf(stage).some((key) => !isBelow(throttleOf(stage.routeSettings[key]), throttleOf(stage.defaults)?.rate)),
        )
        .map(({ resource }) => resource),
  },
  {
    name: 'PublicRoutesLeaveTheRest',
    says: 'All routes that anyone may knock at have throttles that together stay below the smallest account’s.',
    broken: (template) => {
      const stages = everyStageOf(template);
      const throttles = stages.flatMap(({ routes, routeSettings }) =>
        routes.filter(({ isPublic }) => isPublic).map(({ key }) => throttleOf(routeSettings[key])),
      );
      const sum = (each: (throttle: Throttle) => number) =>
        throttles.reduce((total, throttle) => total + (throttle === undefined ? Number.POSITIVE_INFINITY : each(throttle)), 0);
      const leaves = sum(({ rate }) => rate) < smallestAccount.rate && sum(({ burst }) => burst) < smallestAccount.burst;
      return leaves ? [] : stages.map(({ resource }) => resource);
    },
  },
  {
    name: 'PublicFunctionIsCapped',
    says: 'Where executions are reserved for the public door, its functions have exactly those: a flood there takes none of the others’.',
    broken: (template, { publicConcurrency }) =>
      publicFunctionsOf(template).filter(
        ({ properties }) => publicConcurrency !== undefined && properties.ReservedConcurrentExecutions !== publicConcurrency,
      ),
  },
];

function throttledKeysOf({ routes }: Stage): string[] {
  return routes.filter(({ key, isPublic }) => isPublic || dearRoutes.includes(key)).map(({ key }) => key);
}

interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** Absent where one of the two is missing: then the stage's or the account's holds. */
function throttleOf(settings: Readonly<Record<string, unknown>> | undefined): Throttle | undefined {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings ?? {};
  return typeof rate === 'number' && rate > 0 && typeof burst === 'number' && burst > 0 ? { rate, burst } : undefined;
}

function isBelow(throttle: Throttle | undefined, bound: number | undefined): boolean {
  return throttle !== undefined && bound !== undefined && throttle.rate < bound;
}
