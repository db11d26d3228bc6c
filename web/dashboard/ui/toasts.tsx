import { createContext, type ReactNode, use, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Text } from 'react-aria-components/Text';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { useTranslation } from '../i18n.ts';
import { CloseIcon } from './icons.tsx';

export interface ToastWords {
  readonly words: string;
  readonly isFailure?: boolean;
  readonly action?: { readonly label: string; run(): void };
}

/** Long enough to read it and reach its button; it stays while the pointer or the focus is on it. */
const shownMs = 10_000;

const Context = createContext<((toast: ToastWords) => void) | undefined>(undefined);

/** Says what was done in the corner of the page, with a way to undo it where there is one. */
export const ToastProvider = ({ children }: { children: ReactNode }) => {
  const { t } = useTranslation();
  const [queue] = useState(() => new ToastQueue<ToastWords>({ maxVisibleToasts: 3 }));
  const [show] = useState(() => (toast: ToastWords) => void queue.add(toast, { timeout: shownMs }));
  return (
    <Context value={show}>
      {children}
      <ToastRegion queue={queue} className="toasts" aria-label={t('toasts')}>
        {({ toast }) => (
          <Toast toast={toast} className={toast.content.isFailure ? 'toast toast-failure' : 'toast'}>
            <ToastContent className="toast-content">
              <Text slot="title">{toast.content.words}</Text>
            </ToastContent>
            {toast.content.action && (
              <Button
                className="button button-plain"
                onPress={() => {
                  toast.content.action?.run();
                  queue.close(toast.key);
                }}
              >
                {toast.content.action.label}
              </Button>
            )}
            <Button slot="close" className="button button-icon" aria-label={t('close')}>
              <CloseIcon />
            </Button>
          </Toast>
        )}
      </ToastRegion>
    </Context>
  );
};

export const useToast = (): ((toast: ToastWords) => void) => {
  const show = use(Context);
  if (!show) throw new Error('there are no toasts around this component');
  return show;
};
