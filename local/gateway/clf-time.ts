/** Common Log Format: `22/Nov/2026:20:00:00 +0000`. */
export const clfTime = (ms: number): string => {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
};
