import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useTranslation } from '../i18n.ts';
import { useClinic } from '../staff/staff-context.tsx';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { ClinicSettings } from './clinic-settings.tsx';
import { Members } from './members.tsx';

/** What an administrator sets: the clinic, and who belongs to it. */
export const SettingsDialog = ({ onClose }: { onClose(): void }) => {
  const { t } = useTranslation();
  const clinic = useClinic();
  return (
    <DialogFrame kind={t('settings')} title={clinic.name} width="wide" onClose={onClose}>
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={t('settings')}>
          <Tab id="clinic" className="tab">
            {t('settings.clinic')}
          </Tab>
          <Tab id="members" className="tab">
            {t('settings.members')}
          </Tab>
        </TabList>
        <TabPanel id="clinic" className="dialog-body">
          <ClinicSettings />
        </TabPanel>
        <TabPanel id="members" className="dialog-body">
          <Members />
        </TabPanel>
      </Tabs>
    </DialogFrame>
  );
};
