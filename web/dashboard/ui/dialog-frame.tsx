import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from '../i18n.ts';
import { CloseIcon } from './icons.tsx';

interface DialogFrameProps {
  readonly title: string;
  /** Above the title, smaller: what kind of dialog this is. */
  readonly kind?: string;
  readonly width?: 'narrow' | 'wide';
  readonly children: ReactNode;
  onClose(): void;
}

/** A dialog over the page: a heading, a way out (Escape too), and what it is about. A click beside it does not lose what was typed. */
export const DialogFrame = ({ title, kind, width = 'narrow', children, onClose }: DialogFrameProps) => {
  const { t } = useTranslation();
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(isOpen) => isOpen || onClose()}>
      <Modal className={`modal modal-${width}`}>
        <Dialog className="dialog">
          <header className="dialog-header">
            <Heading slot="title" className="dialog-title">
              {kind && <span className="dialog-kind">{kind} </span>}
              <bdi>{title}</bdi>
            </Heading>
            <Button className="button button-icon" aria-label={t('close')} onPress={onClose}>
              <CloseIcon />
            </Button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
};
