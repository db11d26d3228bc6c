import type { ReactNode } from 'react';

/** Drawn on a 24-unit square in the colour of the text; decorative, so the control around it carries the name. */
export const icon = (drawing: ReactNode, { mirrored = false }: { mirrored?: boolean } = {}) =>
  function Icon() {
    return (
      <svg className={mirrored ? 'icon icon-mirrored' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        {drawing}
      </svg>
    );
  };

/** A paper plane; it flies the other way where one writes from right to left. */
export const SendIcon = icon(<path d="M4 12 3 4l18 8-18 8 1-8Zm0 0h8" />, { mirrored: true });
export const SoundIcon = icon(<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4Zm11.5-1a5 5 0 0 1 0 7M18 6a8.5 8.5 0 0 1 0 12" />, {
  mirrored: true,
});
export const SoundOffIcon = icon(<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4Zm12 0 5 5m0-5-5 5" />, { mirrored: true });
export const LeaveIcon = icon(<path d="M14 4H6v16h8M11 12h10m-3.5-3.5L21 12l-3.5 3.5" />, { mirrored: true });
export const ClockIcon = icon(<path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2" />);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const PauseIcon = icon(<path d="M9 6v12m6-12v12" />);
export const PersonIcon = icon(<path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8.5c.5-3.5 3.5-5.5 7-5.5s6.5 2 7 5.5" />);
export const WarningIcon = icon(<path d="M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.5v.1" />);
export const OfflineIcon = icon(
  <path d="M3 9.5a13 13 0 0 1 5-3M21 9.5a13 13 0 0 0-8-3.900M6.5 13.5a8 8 0 0 1 4-2.100m3 0a8 8 0 0 1 4 2.100M12 18.5v.1M4 4l16 16" />,
);
export const LanguageIcon = icon(<path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17Z" />);
export const DownIcon = icon(<path d="M12 5v14m-6-6 6 6 6-6" />);
