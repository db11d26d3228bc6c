/**
 * May a page of this origin open a socket? Browsers always say where a page came from, written in one way: lower case, no default port,
 * `null` for a page that hides it. So nothing but the very text of an allowed origin is one. Other clients say nothing and may come in: what
 * proves who they are is the ticket.
 *
 * @param origins the values of the request's `Origin` headers
 */
export const mayConnectFrom = (origins: readonly string[], allowed: ReadonlySet<string>): boolean =>
  origins.length <= 1 && origins.every((origin) => allowed.has(origin));
