import { Button } from 'react-aria-components/Button';
import { mayWrite } from '../../../client/index.ts';
import type { Caller } from '../../../protocol/objects.ts';
import { CallerFacts } from '../board/caller-facts.tsx';
import { StatusMark } from '../board/status.tsx';
import { useTranslation } from '../i18n.ts';
import { useCaller, useClinic } from '../staff/staff-context.tsx';
import { useIsCutOff } from '../staff/use-is-cut-off.ts';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { OfflineIcon } from '../ui/icons.tsx';
import { Composer } from './composer.tsx';
import { Thread } from './thread.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { useThread } from './use-thread.ts';

/** Writing to one caller: who it is stands large, then all that was said, then the box. */
export const ConversationDialog = ({ caller: asOpened, onClose }: { caller: Caller; onClose(): void }) => {
  const { t } = useTranslation();
  const clinic = useClinic();
  const { caller, hasLeft } = useCaller(asOpened);
  const { messages, failure, load } = useThread(caller.callerId);
  useMarkRead(caller, messages);
  const isCutOff = useIsCutOff();
  return (
    <DialogFrame kind={t('notify')} title={caller.name} onClose={onClose}>
      <div className="conversation">
        <div className="conversation-who">
          <div className="conversation-marks">
            {!hasLeft && <StatusMark caller={caller} />}
            {!hasLeft && !caller.online && (
              <span className="mark mark-offline">
                <OfflineIcon />
                {t('offlineWords')}
              </span>
            )}
          </div>
          <CallerFacts caller={caller} />
        </div>
        {failure !== undefined && (
          <p className="notice notice-failure" role="alert">
            {t('conversation.notLoaded')} {failureWords(t, failure)}{' '}
            <Button className="button" onPress={load}>
              {t('tryAgain')}
            </Button>
          </p>
        )}
        {messages ? (
          <Thread caller={caller} messages={messages} />
        ) : (
          failure === undefined && (
            <p className="thread thread-empty quiet" role="status">
              {t('loading')}
            </p>
          )
        )}
        {/* On a phone the dialog covers the page's own notice. */}
        <div role="status">{isCutOff && <p className="notice">{t('connection.reconnecting')}</p>}</div>
        {hasLeft ? (
          <p className="notice">{t('conversation.left', { name: caller.name })}</p>
        ) : (
          <>
            <Composer caller={caller} />
            <p className="quiet conversation-note">{mayWrite(caller, clinic) ? t('mayWrite') : t('mayNotWrite')}</p>
          </>
        )}
      </div>
    </DialogFrame>
  );
};
