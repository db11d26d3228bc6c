import { useCallback, useEffect, useRef, useState } from 'react';
import type { Caller } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useClinic, useStaff, useStaffSnapshot } from '../staff/staff-context.tsx';
import { AlertsMenu } from './alerts-menu.tsx';
import { type AlertPreferences, keepPreferences, readPreferences } from './preferences.ts';
import { useArrivals } from './use-arrivals.ts';
import { useChime } from './use-chime.ts';

type Occasion = 'arrival' | 'message';

/** Many of a kind at once are one sound; a message is heard beside an arrival. */
const quietMs = 1000;

/**
 * Tells whoever is at this dashboard that someone came or wrote: by a sound, in words for screen readers, by a desktop notification while
 * the page is not looked at, and by the count in the tab's title. The server decides whom a message alerts: those on duty at once, all later.
 */
export const Alerts = () => {
  const { t } = useTranslation();
  const staff = useStaff();
  const callers = useStaffSnapshot('callers');
  const show = useShow();
  const [preferences, setPreferences] = useState(readPreferences);
  const { chime, state } = useChime(!preferences.sound);
  const [said, setSaid] = useState({ words: '', count: 0 });
  const lastSounded = useRef<Partial<Record<Occasion, number>>>({});
  const change = (changed: AlertPreferences) => {
    setPreferences(changed);
    keepPreferences(changed);
  };

  const alert = useCallback(
    (occasion: Occasion, who: readonly Caller[], words: string) => {
      const isWanted = occasion === 'arrival' ? preferences.arrivals : preferences.messages;
      const [first] = who;
      if (!isWanted || !first) return;
      setSaid(({ count }) => ({ words, count: count + 1 }));
      const lastTime = lastSounded.current[occasion] ?? Number.NEGATIVE_INFINITY;
      if (performance.now() - lastTime > quietMs && chime.play(occasion)) lastSounded.current[occasion] = performance.now();
      if (preferences.desktop && !document.hasFocus())
        notifyDesktop(words, `${occasion}/${first.callerId}`, () => show({ kind: 'conversation', caller: first }));
    },
    [preferences, chime, show],
  );

  useArrivals(
    callers,
    useCallback(
      (arrived) => alert('arrival', arrived, t('alert.arrived', { name: arrived[0]?.name ?? '', others: arrived.length - 1 })),
      [alert, t],
    ),
  );
  useEffect(
    () => staff.on('unanswered', (caller) => alert('message', [caller], t('alert.wrote', { name: caller.name }))),
    [staff, alert, t],
  );
  useTitle([...(callers?.values() ?? [])].filter(({ unansweredSince }) => unansweredSince !== null).length);

  return (
    <>
      <AlertsMenu preferences={preferences} chimeState={state} onChange={change} onUnlock={() => void chime.unlock()} />
      <p className="visually-hidden" role="status">
        {/* Another element each time: the same words are said again. */}
        <span key={said.count}>{said.words}</span>
      </p>
    </>
  );
};

/** No text of a message: others may see this screen. The same tag again alerts again, in the place of the earlier one. */
const notifyDesktop = (words: string, tag: string, open: () => void): void => {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const { lang, dir } = document.documentElement;
  // `renotify` is not in TypeScript's library yet.
  const options: NotificationOptions & { renotify: boolean } = { tag, renotify: true, lang, dir: dir === 'rtl' ? 'rtl' : 'ltr' };
  try {
    const notification = new Notification(words, options);
    notification.onclick = () => {
      window.focus();
      open();
      notification.close();
    };
  } catch {
    // Chrome for Android has the class and refuses to make one: https://developer.mozilla.org/docs/Web/API/Notification/Notification#exceptions
  }
};

/** How many need a reply stands first in the tab's title. */
const useTitle = (needReply: number): void => {
  const { t } = useTranslation();
  const { name } = useClinic();
  useEffect(() => {
    const title = t('title', { clinic: name });
    document.title = needReply > 0 ? `(${needReply}) ${title}` : title;
    return () => {
      document.title = t('product');
    };
  }, [t, name, needReply]);
};
