import { useEffect } from 'react';
import type { Caller, Message } from '../../../protocol/objects.ts';
import { useStaff } from '../staff/staff-context.tsx';
import { useIsVisible } from '../ui/use-now.ts';

/** What is on the screen has been read; a page in the background reads nothing. */
export const useMarkRead = (
  { callerId, unreadCount }: Pick<Caller, 'callerId' | 'unreadCount'>,
  messages: readonly Message[] | undefined,
): void => {
  const staff = useStaff();
  const isVisible = useIsVisible();
  const lastSeq = messages?.at(-1)?.seq ?? 0;
  useEffect(() => {
    if (!isVisible || unreadCount === 0 || lastSeq === 0) return;
    // Failed, it stays unread and is tried again with the next message, or when the conversation is opened again.
    staff.markRead(callerId, lastSeq).catch(() => undefined);
  }, [staff, callerId, isVisible, unreadCount, lastSeq]);
};
