import { icon } from '../../shared/icons.tsx';

export { CheckIcon, ClockIcon, OfflineIcon, PersonIcon, SendIcon, SoundIcon, SoundOffIcon, WarningIcon } from '../../shared/icons.tsx';

export const DoubleCheckIcon = icon(<path d="m2 12.5 4.5 4.5L16 7.5M12 16.5l.5.5L22 7.5" />);
/** The three dots of a row: one stroke each, round. */
export const MoreIcon = icon(<path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="4" />);
export const BellIcon = icon(<path d="M6 9.5a6 6 0 0 1 12 0c0 5.5 2.5 7 2.5 7h-17s2.5-1.5 2.5-7Zm4.2 11a2 2 0 0 0 3.6 0" />);
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const SearchIcon = icon(<path d="M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM16 16l4.5 4.5" />);
export const SettingsIcon = icon(
  <path d="M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Zm-7 10a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z" />,
);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const TrashIcon = icon(<path d="M4.5 7h15M9.5 7V4.5h5V7m-8 0 1 13h9l1-13M10 11v5m4-5v5" />);
export const UndoIcon = icon(<path d="M9 5.5 4.5 10 9 14.5M4.5 10H14a5 5 0 0 1 0 10h-3" />, { mirrored: true });
export const ChevronIcon = icon(<path d="m7 10 5 5 5-5" />);
export const ReplyIcon = icon(<path d="m10 6-6 5.5 6 5.5v-3.5c5 0 8 1.5 10 5 0-6-4-9.5-10-9.5V6Z" />, { mirrored: true });
export const NotifyIcon = icon(<path d="M4 5h16v11h-8l-5 4v-4H4V5Zm4 4h8m-8 3h5" />);
export const CopyIcon = icon(<path d="M9 9h11v11H9V9Zm-2 6H4V4h11v2" />);
export const HistoryIcon = icon(<path d="M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.8" />);
