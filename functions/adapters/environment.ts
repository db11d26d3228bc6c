/** The function's environment, as `lib/wire-functions.ts` gives it. A missing variable is a fault of the deployment and is said at once. */
export const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing`);
  return value;
};

/** A limit of the contract, which load tests may raise: `WAITING_AREA_<NAME>`. */
export const limitFrom = (name: string, contract: number): number => {
  const given = process.env[`WAITING_AREA_${name}`];
  if (given === undefined) return contract;
  const limit = Number(given);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new Error(`WAITING_AREA_${name} must be a whole number above 0`);
  return limit;
};
