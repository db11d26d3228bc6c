/** The subprotocol of every socket. */
export const subprotocol = 'waiting-area.v1';
/** A ticket travels as a second subprotocol, `ticket.<ticket>`, so that it never stands in a URL. */
export const ticketPrefix = 'ticket.';
