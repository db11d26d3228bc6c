import { randomUUID } from 'node:crypto';
import type { Schedule } from './deployment.ts';
import { LocalStackError } from './errors.ts';
import type { AsynchronousInvocations } from './lambda/asynchronous-invocations.ts';
import type { FunctionPool } from './lambda/function-pool.ts';
import { local } from './template.ts';

export interface Schedules {
  /** Runs all of them now and answers, for each, whether its function succeeded. */
  runNow(): Promise<readonly { readonly name: string; readonly succeeded: boolean }[]>;
  close(): void;
}

/** EventBridge's schedules: each due one invokes its function asynchronously, as a rule does. Time zones other than UTC are not known. */
export const startSchedules = (
  schedules: readonly Schedule[],
  pools: ReadonlyMap<string, FunctionPool>,
  asynchronous: AsynchronousInvocations,
): Schedules => {
  const startedAtMs = Date.now();
  const due = schedules.map(({ expression }) => dueAt(expression));
  let lastMinute = Math.floor(startedAtMs / 60_000);
  const tick = (): void => {
    const minute = Math.floor(Date.now() / 60_000);
    for (let each = lastMinute + 1; each <= minute; each++)
      for (const [index, schedule] of schedules.entries()) {
        const pool = pools.get(schedule.functionArn);
        if (pool !== undefined && due[index]?.(each)) asynchronous.accept(pool, payloadOf(schedule));
      }
    lastMinute = Math.max(lastMinute, minute);
  };
  const timer = setInterval(tick, 1_000).unref();

  return {
    runNow: () =>
      Promise.all(
        schedules.map(async (schedule) => {
          const outcome = await pools.get(schedule.functionArn)?.invoke(payloadOf(schedule));
          return { name: schedule.name, succeeded: outcome !== undefined && 'answered' in outcome };
        }),
      ),
    close: () => clearInterval(timer),
  };
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
const payloadOf = (schedule: Schedule): string =>
  schedule.input ??
  JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: local.account,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: local.region,
    resources: [schedule.arn],
    detail: {},
  });

/** Answers for a minute, counted from the epoch, whether the expression is due in it. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const dueAt = (expression: string): ((minute: number) => boolean) => {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) {
    const unit = { minute: 1, hour: 60, day: 1440 }[rate[2] ?? ''] ?? 1;
    const period = Number(rate[1]) * unit;
    return (minute) => minute % period === 0;
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) throw new LocalStackError(`The local stack does not know the schedule ${expression}.`);
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields;
  return (minute) => {
    const at = new Date(minute * 60_000);
    return (
      inField(minutes, at.getUTCMinutes(), 0) &&
      inField(hours, at.getUTCHours(), 0) &&
      inField(days, at.getUTCDate(), 1) &&
      inField(named(months, monthNames), at.getUTCMonth() + 1, 1) &&
      inField(named(weekdays, weekdayNames), at.getUTCDay() + 1, 1) &&
      inField(years, at.getUTCFullYear(), 1970)
    );
  };
};

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const named = (field: string, names: readonly string[]): string =>
  names.reduce((text, name, index) => text.replaceAll(name, String(index + 1)), field.toUpperCase());

/** Lists, ranges, steps, `*` and `?`; not `L`, `W` and `#`. */
const inField = (field: string, value: number, first: number): boolean =>
  field.split(',').some((part) => {
    const [range = '', step] = part.split('/');
    const every = step === undefined ? 1 : Number(step);
    const [from = '', to = step === undefined ? from : undefined] = range.split('-');
    const isAny = range === '*' || range === '?';
    if (!isAny && !/^\d+$/.test(from)) throw new LocalStackError(`The local stack does not know the cron field ${field}.`);
    const start = isAny ? first : Number(from);
    const end = isAny || to === undefined ? Number.POSITIVE_INFINITY : Number(to);
    return value >= start && value <= end && (value - start) % every === 0;
  });
